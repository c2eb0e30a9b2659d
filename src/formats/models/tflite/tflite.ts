import { UserError } from '../../../core/errors';
import { GraphBuilder } from '../../../core/graph/builder';
import type { Graph } from '../../../core/graph/graph';
import { operators } from '../../../core/graph/ops/registry';
import { specialise } from '../../../core/graph/specialise';
import { floats, sizeOf, tensorOf, type ElementType } from '../../../core/graph/tensor';
import { isQuantised, readConstant, TYPE } from './constants';
import type { OperatorReader, OperatorScope } from './lowering/scope';
import { readerOf, SELECTING } from './lowering/table';
import { readTfliteModel, type Quantisation, type TfliteModel, type TfliteOperator, type TfliteTensor } from './model';

/** A TFLite file's network, and what its reading changed. */
export interface TfliteNetwork {
  readonly graph: Graph;
  /** Names that the file's signatures give to outputs. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly warnings: readonly string[];
}

/** Elements that constants may have together: as many as the file's bytes, and some that small files may share. */
const SHARED_ELEMENTS = 1024 * 1024;

const SIMULATED =
  'The model computes in whole numbers of few bits; here each value is computed with fractions and rounded to the same levels, so that scores may be a level or two off those of TFLite.';
const HYBRID =
  'The model keeps its weights in 8 bits and TFLite rounds what they are multiplied by while it runs; here that is not rounded, so that scores may differ in the third digit.';

/**
 * Reads a TFLite file into the IR. Values have TFLite's order of axes, [batch, height, width, channels]; quantised weights are the real
 * numbers that they stand for, quantised values are rounded to their levels where the file rounds them, and inputs and outputs are
 * real numbers. Layers have the names of the file's tensors.
 *
 * Throws an Error that says what is wrong for a damaged file, and `UserError('model-unsupported')` that names operators that are not
 * known and for sizes that are open.
 */
export function readTflite(bytes: Uint8Array): TfliteNetwork {
  const model = readTfliteModel(bytes);
  const needed = neededOperators(model);
  refuseUnknown(needed);
  const builder = new GraphBuilder(operators);
  const values = new Values(builder, model, bytes.length + SHARED_ELEMENTS);
  const inputs = model.inputs.map((index) => values.addInput(index));
  for (const operator of needed) lower(builder, values, model, operator);
  const outputs = model.outputs.map((index) => {
    const wanted = values.nameOf(index);
    const name = values.isFree(wanted) ? wanted : builder.fresh(wanted);
    return builder.addNode({ op: 'Identity', inputs: [values.of(index)], outputs: [name], attributes: {} })[0]!;
  });
  const graph = builder.build(outputs);
  const aliases = new Map(
    model.outputs.map((index, at) => [
      outputs[at]!,
      model.signed.flatMap(({ name, tensor }) => (tensor === index ? [name] : [])),
    ]),
  );
  const open = new Map(inputs.map(({ name, isOpen }) => [name, isOpen]));
  return {
    graph: {
      inputs: graph.inputs.map((input) =>
        open.get(input.name) === true ? { ...input, shape: [-1, ...input.shape.slice(1)] } : input,
      ),
      outputs: graph.outputs,
      nodes: graph.nodes,
      constants: graph.constants,
    },
    aliases,
    warnings: [...(values.isRounded ? [SIMULATED] : []), ...(isHybrid(model, needed) ? [HYBRID] : [])],
  };
}

/** Inputs that are not read: the shape that is computed for an output whose shape the file has. */
const UNREAD: Readonly<Record<string, number>> = { EXPAND_DIMS: 1, TRANSPOSE_CONV: 0 };

function readInputs({ op, inputs }: TfliteOperator): readonly number[] {
  const unread = Object.hasOwn(UNREAD, op) ? UNREAD[op] : undefined;
  return inputs.map((index, at) => (at === unread ? -1 : index));
}

/** Operators that the outputs depend on, in the file's order. */
function neededOperators({ operators: all, outputs }: TfliteModel): readonly TfliteOperator[] {
  const needed = new Set(outputs);
  const kept: TfliteOperator[] = [];
  for (const operator of [...all].reverse()) {
    if (!operator.outputs.some((index) => needed.has(index))) continue;
    kept.push(operator);
    for (const index of readInputs(operator)) needed.add(index);
  }
  return kept.reverse();
}

function refuseUnknown(all: readonly TfliteOperator[]): void {
  const counts = new Map<string, number>();
  for (const { op } of all) if (readerOf(op) === undefined) counts.set(op, (counts.get(op) ?? 0) + 1);
  if (counts.size === 0) return;
  const list = [...counts].slice(0, 20).map(([op, count]) => `${op} (${count} ×)`);
  throw new UserError(
    'model-unsupported',
    `The model has operators of TFLite that are not known here: ${list.join(', ')}.`,
    'Export the model that it was made from as ONNX or as a Keras file.',
  );
}

const LONGEST_NAME = 200;

/** What stands for the file's tensors in the graph. */
class Values {
  readonly #names = new Map<number, string>();
  /** Values that the file has rounded. */
  isRounded = false;
  readonly blocks = new Map<string, readonly number[]>();
  #left: number;
  readonly #counts = new Map<string, number>();

  constructor(
    readonly builder: GraphBuilder,
    readonly model: TfliteModel,
    limit: number,
  ) {
    this.#left = limit;
    for (const { name } of model.tensors) {
      const short = name.slice(0, LONGEST_NAME);
      this.#counts.set(short, (this.#counts.get(short) ?? 0) + 1);
    }
  }

  tensor(index: number): TfliteTensor {
    const tensor = this.model.tensors[index];
    if (tensor === undefined) throw new Error(`The file is damaged: it names tensor ${index}, which it does not have`);
    return tensor;
  }

  /** The tensor's name, or where it has none of its own another that no tensor has. */
  nameOf(index: number): string {
    const name = this.tensor(index).name.slice(0, LONGEST_NAME);
    return name === '' || (this.#counts.get(name) ?? 0) > 1 ? `${name}#${index}` : name;
  }

  isFree(name: string): boolean {
    try {
      this.builder.type(name);
      return false;
    } catch {
      return true;
    }
  }

  /** The real numbers of a tensor. */
  of(index: number): string {
    const known = this.#names.get(index);
    if (known !== undefined) return known;
    const tensor = this.tensor(index);
    if (tensor.data.length === 0 && sizeOf(tensor.shape) !== 0)
      throw new Error(`Nothing makes the tensor “${this.nameOf(index).slice(0, 60)}”`);
    this.#left -= sizeOf(tensor.shape);
    if (!(this.#left >= 0)) throw new Error('The constants of the model are larger than its file');
    const name = this.builder.constant(readConstant(tensor), 'weights');
    this.#names.set(index, name);
    return name;
  }

  set(index: number, value: string): void {
    if (this.#names.has(index)) throw new Error(`The tensor “${this.nameOf(index).slice(0, 60)}” is made twice`);
    this.#names.set(index, value);
  }

  addInput(index: number): { readonly name: string; readonly isOpen: boolean } {
    const tensor = this.tensor(index);
    const { shape, signature } = tensor;
    if (signature.slice(1).some((size) => size < 0))
      throw new UserError(
        'model-unsupported',
        `The model leaves the size of its input open ([${signature.map((size) => (size < 0 ? '?' : size)).join(', ')}]).`,
        'Convert it to TFLite with a fixed height and width.',
      );
    if (!shape.every((size) => size > 0)) throw new Error('The input of the model has no size');
    const name = this.builder.input(this.nameOf(index), { type: inputType(tensor), shape });
    this.set(index, this.rounded(tensor, name));
    return { name, isOpen: signature[0]! < 0 || shape[0] === 1 };
  }

  /** A value at the levels of its tensor, if that is quantised. */
  rounded(tensor: TfliteTensor, value: string): string {
    if (!isQuantised(tensor)) return value;
    const { scales, zeros } = tensor.quantisation!;
    if (scales.length !== 1) throw new Error(`The value “${tensor.name.slice(0, 60)}” has several scales`);
    this.isRounded = true;
    const { builder } = this;
    const type = tensor.type === TYPE.int8 ? 'int8' : tensor.type === TYPE.uint8 ? 'uint8' : 'int16';
    const levels = [
      builder.constant(floats([], [scales[0]!]), 'scale'),
      builder.constant(tensorOf(type, [], [zeros[0]!]), 'zero'),
    ];
    return builder.add('DequantizeLinear', [builder.add('QuantizeLinear', [value, ...levels]), ...levels]);
  }
}

/** Whole numbers that stand for real ones by a scale are those; others are what they are. */
function inputType(tensor: TfliteTensor): ElementType {
  if (isQuantised(tensor) || tensor.type === TYPE.float32) return 'float32';
  if (tensor.type === TYPE.uint8) return 'uint8';
  if (tensor.type === TYPE.int32) return 'int32';
  throw new UserError(
    'model-unsupported',
    'The model takes numbers of a type that pictures do not have.',
    'Convert it with an input of floating-point numbers or bytes.',
  );
}

function lower(builder: GraphBuilder, values: Values, model: TfliteModel, operator: TfliteOperator): void {
  const { op, outputs, options } = operator;
  const inputs = readInputs(operator);
  const tensors = outputs.map((index) => values.tensor(index));
  const outputShapes = tensors.map(({ shape, signature }) =>
    shape.map((size, axis) => (axis > 0 && signature[axis]! < 0 ? -1 : size)),
  );
  try {
    const given = inputs.map((index) => (index < 0 ? '' : values.of(index)));
    const made = folded(builder, readerOf(op)!, { op, options, blocks: values.blocks, outputShapes, inputs: given });
    const results = typeof made === 'string' ? [made] : made;
    const [source] = inputs;
    const block = given.map((name) => values.blocks.get(name)).find((each) => each !== undefined);
    if (block !== undefined && !SPLIT_ALIKE.has(op)) throw new Error('it reads split pictures');
    outputs.forEach((index, at) => {
      const result = results[at];
      if (result === undefined) throw new Error(`it has no output ${at}`);
      const tensor = tensors[at]!;
      const isSame =
        SELECTING.has(op) && source !== undefined && source >= 0 && haveSameLevels(values.tensor(source), tensor);
      const value = isSame ? result : values.rounded(tensor, result);
      const split = op === 'BATCH_TO_SPACE_ND' ? undefined : (block ?? values.blocks.get(result));
      if (split !== undefined) values.blocks.set(value, split);
      builder.mark(value, { layer: values.nameOf(index), kind: op });
      values.set(index, value);
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    const name = model.tensors[outputs[0] ?? -1]?.name.slice(0, 60) ?? '?';
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The operator “${name}” (${op}): ${reason}`, { cause: error });
  }
}

/** Operators that compute the same of pictures that are split. */
const SPLIT_ALIKE: ReadonlySet<string> = new Set([
  ...['CONV_2D', 'DEPTHWISE_CONV_2D', 'BATCH_TO_SPACE_ND', 'ADD', 'MUL', 'RELU', 'RELU6', 'QUANTIZE'],
]);

/** What an operator makes; of constants, the constants that it makes. */
function folded(
  builder: GraphBuilder,
  read: OperatorReader,
  facts: Omit<OperatorScope, 'builder'>,
): string | readonly string[] {
  const constants = facts.inputs.map((name) => builder.constantOf(name));
  const isKnown = facts.inputs.every((name, at) => name === '' || constants[at] !== undefined);
  if (!isKnown || facts.inputs.length === 0) return read({ ...facts, builder });
  const apart = new GraphBuilder(operators);
  const inputs = constants.map((tensor) => (tensor === undefined ? '' : apart.constant(tensor)));
  const outputs = [read({ ...facts, builder: apart, inputs })].flat();
  const { constants: made } = specialise(apart.build(outputs), 1, operators);
  return outputs.map((name) => builder.constant(made.get(name)!, 'folded'));
}

function haveSameLevels(one: TfliteTensor, other: TfliteTensor): boolean {
  const told = ({ scales, zeros }: Quantisation): string => JSON.stringify([scales, zeros]);
  if (one.type !== other.type || one.quantisation === undefined || other.quantisation === undefined) return false;
  return told(one.quantisation) === told(other.quantisation);
}

const WEIGHING: ReadonlySet<string> = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED']);

/** Does it multiply values of floats by weights of 8 bits? */
function isHybrid({ tensors }: TfliteModel, all: readonly TfliteOperator[]): boolean {
  return all.some(({ op, inputs: [x, weights] }) => {
    const [value, kept] = [tensors[x ?? -1], tensors[weights ?? -1]];
    return WEIGHING.has(op) && value?.type === TYPE.float32 && kept !== undefined && isQuantised(kept);
  });
}
