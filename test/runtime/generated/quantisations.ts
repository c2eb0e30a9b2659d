import { arrayOf, type ElementName, type FileNode, type FileTensor } from './onnxFile';

/** A network's nodes and constants, its input, and which values are its outputs. */
export interface Parts {
  readonly nodes: readonly FileNode[];
  readonly constants: ReadonlyMap<string, FileTensor>;
  readonly input: string;
  readonly outputs: readonly string[];
}

/** Least and largest number of each float value over some pictures. */
export type Ranges = ReadonlyMap<string, readonly [number, number]>;

export interface Quantisation {
  /** Of files of at least this operator set. */
  readonly sinceOpset?: number;
  /** The values run in steps, so that differences of them say nothing of the gradient. */
  readonly hasSteps: boolean;
  /** The input's own numbers become 16 bits. */
  readonly isHalf?: true;
  apply(parts: Parts, ranges: Ranges): Parts;
}

/** Nodes that are rewritten one by one; renames follow the values. */
class Rewriting {
  readonly nodes: FileNode[] = [];
  readonly constants: Map<string, FileTensor>;
  private readonly renamed = new Map<string, string>();
  private made = 0;

  constructor(private readonly parts: Parts) {
    this.constants = new Map(parts.constants);
  }

  fresh(hint: string): string {
    return `${hint}_q${this.made++}`;
  }

  constant(type: ElementName, shape: readonly number[], data: ArrayLike<number>): string {
    const name = this.fresh('c');
    this.constants.set(name, { type, shape, data: arrayOf(type, data) as unknown as ArrayLike<number> });
    return name;
  }

  push(op: string, inputs: readonly string[], attributes: FileNode['attributes'] = {}, domain = ''): string {
    const output = this.fresh(op.toLowerCase());
    this.nodes.push({ op, domain, inputs, outputs: [output], attributes });
    return output;
  }

  /** From now on `value` means `to`. */
  rename(value: string, to: string): void {
    this.renamed.set(value, to);
  }

  now(value: string): string {
    return this.renamed.get(value) ?? value;
  }

  keep(node: FileNode, inputs = node.inputs.map((name) => this.now(name))): void {
    this.nodes.push({ ...node, inputs });
  }

  finished(): Parts {
    const { input, outputs } = this.parts;
    return { nodes: this.nodes, constants: this.constants, input, outputs: outputs.map((name) => this.now(name)) };
  }
}

interface Steps {
  readonly scale: string;
  readonly zero: string;
}

function stepsOf(rewriting: Rewriting, ranges: Ranges, value: string, signed: boolean): Steps {
  const [low, high] = ranges.get(value)!;
  const [bottom, top] = [Math.min(0, low), Math.max(0, high, low + 1e-3)];
  if (signed) {
    const scale = Math.max(-bottom, top) / 127;
    return { scale: rewriting.constant('float', [], [scale]), zero: rewriting.constant('int8', [], [0]) };
  }
  const scale = Math.fround((top - bottom) / 255);
  const zero = Math.round(-bottom / scale);
  return { scale: rewriting.constant('float', [], [scale]), zero: rewriting.constant('uint8', [], [zero]) };
}

/** A weight as whole numbers, their scales (one, or one for each index of `axis`) and zero points. */
function quantiseWeight(
  rewriting: Rewriting,
  { shape, data }: FileTensor,
  axis: number | undefined,
  type: 'int8' | 'uint8' = 'int8',
): { readonly levels: string; readonly scale: string; readonly zero: string; readonly scales: readonly number[] } {
  const values = Array.from(data);
  const after = shape.slice((axis ?? 0) + 1).reduce((product, size) => product * size, 1);
  const count = axis === undefined ? 1 : shape[axis]!;
  const place = (index: number): number => (axis === undefined ? 0 : Math.floor(index / after) % count);
  const largest = new Array<number>(count).fill(1e-6);
  values.forEach((value, index) => (largest[place(index)] = Math.max(largest[place(index)]!, Math.abs(value))));
  const scales = largest.map((each) => Math.fround(each / 127));
  const offset = type === 'int8' ? 0 : 128;
  const levels = values.map((value, index) => Math.round(value / scales[place(index)]!) + offset);
  const vector = axis === undefined ? [] : [count];
  return {
    levels: rewriting.constant(type, shape, levels),
    scale: rewriting.constant('float', vector, scales),
    zero: rewriting.constant(type, vector, new Array<number>(count).fill(offset)),
    scales,
  };
}

const WEIGHTED: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'MatMul']);

/** The axis of a weight that belongs to the outputs. */
function outputAxis(node: FileNode, weight: FileTensor): number {
  if (node.op === 'Conv') return 0;
  return node.attributes.transB === 1 ? 0 : weight.shape.length - 1;
}

const IN_STEPS: ReadonlySet<string> = new Set([
  'Conv',
  'Gemm',
  'MatMul',
  'Add',
  'Relu',
  'GlobalAveragePool',
  'MaxPool',
  'Softmax',
  'Sigmoid',
  'Tanh',
]);

/** Quantize and Dequantize around the operators that have 8-bit forms, their outputs included, as quantize_static leaves it. */
function roundTrips(perAxis: boolean, signed: boolean): Quantisation['apply'] {
  return (parts, ranges) => {
    const rewriting = new Rewriting(parts);
    const trip = (value: string): void => {
      const { scale, zero } = stepsOf(rewriting, ranges, value, signed);
      const levels = rewriting.push('QuantizeLinear', [rewriting.now(value), scale, zero]);
      rewriting.rename(value, rewriting.push('DequantizeLinear', [levels, scale, zero]));
    };
    if (ranges.has(parts.input)) trip(parts.input);
    for (const node of parts.nodes) {
      rewriting.keep(node, withQuantisedWeight(rewriting, node, perAxis));
      if (IN_STEPS.has(node.op) && ranges.has(node.outputs[0]!)) trip(node.outputs[0]!);
    }
    return rewriting.finished();
  };
}

function withQuantisedWeight(rewriting: Rewriting, node: FileNode, perAxis: boolean): string[] {
  return node.inputs.map((name, at) => {
    const tensor = rewriting.constants.get(name);
    if (!WEIGHTED.has(node.op) || at !== 1 || tensor === undefined) return rewriting.now(name);
    const axis = perAxis ? outputAxis(node, tensor) : undefined;
    const { levels, scale, zero } = quantiseWeight(rewriting, tensor, axis);
    return rewriting.push('DequantizeLinear', [levels, scale, zero], axis === undefined ? {} : { axis });
  });
}

/** The weight of a product, inputs × outputs however the node keeps it. */
function asProduct(node: FileNode, weight: FileTensor): FileTensor {
  if (node.attributes.transB !== 1) return weight;
  const [rows, columns] = weight.shape as [number, number];
  const data = Float32Array.from(
    { length: rows * columns },
    (_, at) => weight.data[(at % rows) * columns + Math.floor(at / rows)]!,
  );
  return { ...weight, shape: [columns, rows], data };
}

/** Operators on whole numbers: QLinearConv, QLinearMatMul and Microsoft's forms of activations. */
function wholeOperators(parts: Parts, ranges: Ranges): Parts {
  const rewriting = new Rewriting(parts);
  for (const node of parts.nodes) {
    const [x, second] = node.inputs as [string, string];
    const [y] = node.outputs as [string];
    const weight = rewriting.constants.get(second);
    const isKnown = ranges.has(x) && ranges.has(y);
    const into = (): { readonly levels: string; readonly steps: Steps; readonly result: Steps } => {
      const steps = stepsOf(rewriting, ranges, x, false);
      const levels = rewriting.push('QuantizeLinear', [rewriting.now(x), steps.scale, steps.zero]);
      return { levels, steps, result: stepsOf(rewriting, ranges, y, false) };
    };
    const outOf = (levels: string, { scale, zero }: Steps): void =>
      rewriting.rename(y, rewriting.push('DequantizeLinear', [levels, scale, zero]));
    if (isKnown && WEIGHTED.has(node.op) && weight !== undefined) {
      const { levels, steps, result } = into();
      const quantised = quantiseWeight(rewriting, asProduct(node, weight), undefined);
      const inputs = [
        levels,
        steps.scale,
        steps.zero,
        quantised.levels,
        quantised.scale,
        quantised.zero,
        result.scale,
        result.zero,
      ];
      const bias = rewriting.constants.get(node.inputs[2] ?? '');
      if (node.op === 'Conv') {
        const unit = quantised.scales[0]! * rewriting.constants.get(steps.scale)!.data[0]!;
        const whole =
          bias &&
          rewriting.constant(
            'int32',
            bias.shape,
            Array.from(bias.data, (each) => Math.round(each / unit)),
          );
        outOf(
          rewriting.push('QLinearConv', whole === undefined ? inputs : [...inputs, whole], node.attributes),
          result,
        );
      } else {
        outOf(rewriting.push('QLinearMatMul', inputs), result);
        if (bias !== undefined) rewriting.rename(y, rewriting.push('Add', [rewriting.now(y), node.inputs[2]!]));
      }
    } else if (isKnown && ['Softmax', 'Sigmoid', 'GlobalAveragePool'].includes(node.op)) {
      const { levels, steps, result } = into();
      const inputs = [levels, steps.scale, steps.zero, result.scale, result.zero];
      const attributes = node.op === 'Softmax' ? { ...node.attributes, opset: 13 } : {};
      outOf(rewriting.push(`QLinear${node.op}`, inputs, attributes, 'com.microsoft'), result);
    } else rewriting.keep(node);
  }
  return rewriting.finished();
}

/** Activations quantised by their own range at run time, as quantize_dynamic leaves it. */
function dynamic(parts: Parts, ranges: Ranges): Parts {
  const rewriting = new Rewriting(parts);
  for (const node of parts.nodes) {
    const [x, second, third] = node.inputs as [string, string, string | undefined];
    const weight = rewriting.constants.get(second);
    if (!WEIGHTED.has(node.op) || weight === undefined || !ranges.has(x)) {
      rewriting.keep(node);
      continue;
    }
    const [levels, scale, zero] = ['levels', 'scale', 'zero'].map((hint) => rewriting.fresh(hint)) as [
      string,
      string,
      string,
    ];
    const quantised = quantiseWeight(rewriting, asProduct(node, weight), undefined, 'uint8');
    rewriting.nodes.push({
      op: 'DynamicQuantizeLinear',
      domain: '',
      inputs: [rewriting.now(x)],
      outputs: [levels, scale, zero],
      attributes: {},
    });
    const op = node.op === 'Conv' ? 'ConvInteger' : 'MatMulInteger';
    const attributes = node.op === 'Conv' ? node.attributes : {};
    const whole = rewriting.push(op, [levels, quantised.levels, zero, quantised.zero], attributes);
    const unit = rewriting.push('Mul', [scale, quantised.scale]);
    const product = rewriting.push('Mul', [rewriting.push('Cast', [whole], { to: 1 }), unit]);
    rewriting.rename(node.outputs[0]!, withBias(rewriting, node, product, third));
  }
  return rewriting.finished();
}

function withBias(rewriting: Rewriting, node: FileNode, product: string, bias: string | undefined): string {
  if (bias === undefined) return product;
  const tensor = rewriting.constants.get(bias)!;
  const shape = node.op === 'Conv' ? [1, tensor.shape[0]!, 1, 1] : tensor.shape;
  return rewriting.push('Add', [product, rewriting.constant('float', shape, tensor.data)]);
}

/** Weights alone kept in 8 bits. */
function weightsOnly(perAxis: boolean): Quantisation['apply'] {
  return (parts) => {
    const rewriting = new Rewriting(parts);
    for (const node of parts.nodes) rewriting.keep(node, withQuantisedWeight(rewriting, node, perAxis));
    return rewriting.finished();
  };
}

/** Everything in 16 bits between two casts, as converters with `keep_io_types` leave it. */
function half(parts: Parts): Parts {
  const rewriting = new Rewriting(parts);
  const sizes = new Set(parts.nodes.flatMap(({ op, inputs }) => (op === 'Resize' ? inputs.slice(1) : [])));
  for (const [name, tensor] of parts.constants)
    if (tensor.type === 'float' && !sizes.has(name)) rewriting.constants.set(name, { ...tensor, type: 'float16' });
  rewriting.rename(parts.input, rewriting.push('Cast', [parts.input], { to: 10 }));
  for (const node of parts.nodes) {
    const isCast = node.op === 'Cast' && node.attributes.to === 1;
    rewriting.keep(isCast ? { ...node, attributes: { to: 10 } } : node);
  }
  const labels = new Set(parts.nodes.flatMap(({ op, outputs }) => (op === 'ArgMax' ? outputs : [])));
  for (const output of parts.outputs.filter((name) => !labels.has(name)))
    rewriting.rename(output, rewriting.push('Cast', [rewriting.now(output)], { to: 1 }));
  return rewriting.finished();
}

export const QUANTISATIONS: Readonly<Record<string, Quantisation>> = {
  none: { hasSteps: false, apply: (parts) => parts },
  'qdq-uint8': { hasSteps: true, apply: roundTrips(false, false) },
  'qdq-int8-per-channel': { sinceOpset: 13, hasSteps: true, apply: roundTrips(true, true) },
  'whole-operators': { hasSteps: true, apply: wholeOperators },
  dynamic: { hasSteps: true, apply: dynamic },
  'weights-int8': { hasSteps: false, apply: weightsOnly(false) },
  'weights-int8-per-channel': { sinceOpset: 13, hasSteps: false, apply: weightsOnly(true) },
  half: { hasSteps: true, isHalf: true, apply: half },
};
