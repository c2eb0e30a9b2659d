import type { ModelSpec } from '../../../src/core/model/modelInfo';
import { BODIES, flatten, MIXINGS, UNKNOWN } from './bodies';
import { drawFrom, type Draw } from './draw';
import { HEADS, type ClassLayer, type Meaning } from './heads';
import { Network, type Batch } from './network';
import { writeOnnxFile, type FileNode, type FileValue } from './onnxFile';
import { PREPROCESSINGS, type Fed } from './preprocessings';
import { QUANTISATIONS, type Parts, type Ranges } from './quantisations';
import { openReference, type Feeding, type Reference } from './reference';
import { SIZES } from './sizes';

/** What a model is made of; each word is a key of the table of that name. */
export interface Recipe {
  readonly seed: number;
  readonly body: string;
  readonly preprocessing: string;
  readonly layout: 'nchw' | 'nhwc';
  readonly size: string;
  readonly batch: string;
  readonly mixing: string;
  readonly head: string;
  readonly quantisation: string;
  readonly outputs: string;
  readonly operators: string;
}

/** What may be wrong if the product says plainly that it is uncertain. */
export type Point = 'scaling' | 'activation' | 'output' | 'layout';

export interface GeneratedModel {
  readonly recipe: Recipe;
  readonly bytes: Uint8Array;
  /** The same network for the reference: a value that is no output of the file is one here. */
  readonly referenceBytes: Uint8Array;
  readonly input: string;
  readonly feeding: Feeding;
  readonly spec: ModelSpec | undefined;
  /** Pixels in [0, 1], multiples of 1/255, height × width × channels. */
  readonly pictures: readonly Float32Array[];
  /** The output that holds the scores. */
  readonly output: string;
  readonly meaning: Meaning;
  /** All that it puts out but labels. */
  readonly floatOutputs: readonly string[];
  readonly uncertain: readonly Point[];
  /** The file itself says how pixels are scaled, and no lens.json does. */
  readonly saysScaling: boolean;
  readonly hasSteps: boolean;
  /** Its derivative jumps here and there, so that differences are only near it. */
  readonly hasBends: boolean;
  readonly isHalf: boolean;
  /** The product may or must refuse it. */
  readonly refusal?: 'fair' | 'due';
}

interface BatchForm {
  readonly batch: Batch;
  /** The batch, and the sides if they are open, as the input says them. */
  readonly name?: string;
  readonly sides?: readonly [string, string];
}

export const BATCHES: Readonly<Record<string, BatchForm>> = {
  open: { batch: 'open', name: 'batch' },
  unnamed: { batch: 'open', name: '' },
  one: { batch: 1 },
  four: { batch: 4 },
  'open-sides': { batch: 'open', name: 'N', sides: ['H', 'W'] },
  'one-and-open-sides': { batch: 1, sides: ['height', 'width'] },
};

const BENT: ReadonlySet<string> = new Set(['Relu', 'Clip', 'MaxPool', 'HardSigmoid', 'ReduceMax', 'ReduceMin', 'Abs']);
const OPSETS = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21] as const;
const PICTURES = 3;

/** Heads whose last operator takes the logits. */
const ENDS_IN_ACTIVATION: ReadonlySet<string> = new Set([
  'softmax',
  'softmax-of-two',
  'spatial-softmax',
  'log-softmax',
  'many-sigmoids',
  'one-sigmoid',
  'hard-sigmoids',
]);

/** Is this recipe one that a network can be made of. */
export function isPossible(recipe: Recipe): boolean {
  const preprocessing = PREPROCESSINGS[recipe.preprocessing]!;
  const size = SIZES[recipe.size]!;
  const isOpen = BATCHES[recipe.batch]!.sides !== undefined;
  if (preprocessing.colourOnly && size.channels !== 3) return false;
  if ((preprocessing.enlarged ?? preprocessing.border) !== undefined && (isOpen || recipe.size !== 'usual'))
    return false;
  if (recipe.batch === 'four' && recipe.mixing !== 'none') return false;
  if (isOpen && (recipe.body === 'flattened' || recipe.body === 'mlp' || recipe.body === 'attention')) return false;
  if (isOpen && recipe.body === 'groups') return false;
  if (isOpen && !['none', 'mean-of-all', 'range-of-all', 'mean-over-batch'].includes(recipe.mixing)) return false;
  if (isOpen && recipe.operators === 'FusedMatMul') return false;
  if (recipe.size !== 'usual' && recipe.size !== 'grey' && !['plain', 'turned', 'mlp'].includes(recipe.body))
    return false;
  if (recipe.size === 'four-channels' && recipe.layout === 'nhwc' && recipe.body === 'mlp') return false;
  if (recipe.outputs === 'logits-and-scores' && !ENDS_IN_ACTIVATION.has(recipe.head)) return false;
  const { untilOpset = 99 } = HEADS[recipe.head]!;
  const { sinceOpset = 0 } = QUANTISATIONS[recipe.quantisation]!;
  if (sinceOpset > untilOpset) return false;
  // Whole-number inputs are cast before anything that could be quantised or halved.
  const isCast = preprocessing.fed.type !== undefined;
  return !(isCast && recipe.quantisation === 'half');
}

/** Makes the model of a recipe; the same bytes each time. */
export async function generate(recipe: Recipe): Promise<GeneratedModel> {
  const draw = drawFrom(recipe.seed);
  const preprocessing = PREPROCESSINGS[recipe.preprocessing]!;
  const head = HEADS[recipe.head]!;
  const quantisation = QUANTISATIONS[recipe.quantisation]!;
  const form = BATCHES[recipe.batch]!;
  const size = SIZES[recipe.size]!;
  const [lowest, highest] = [Math.max(head.sinceOpset ?? 0, quantisation.sinceOpset ?? 0), head.untilOpset ?? 99];
  const opset = draw.of(OPSETS.filter((each) => each >= lowest && each <= highest));
  const [bodyHeight, bodyWidth] = size.sides(draw);
  const grown = (side: number): number => side * (preprocessing.enlarged ?? 1) + (preprocessing.border ?? 0);
  const { channels } = size;
  const feeding: Feeding = {
    fed: { range: [0, 1], mean: [0], std: [1], isReversed: false, type: 'float', ...preprocessing.fed } satisfies Fed,
    layout: recipe.layout,
    height: grown(bodyHeight),
    width: grown(bodyWidth),
    channels,
    count: form.batch === 'open' ? 1 : form.batch,
  };
  const pictures = Array.from({ length: PICTURES }, () => drawPicture(draw, feeding));
  const input = draw.of(INPUT_NAMES);
  const axis = recipe.layout === 'nchw' ? 1 : 3;
  const { height, width } = feeding;
  const net = new Network(draw, opset, form.batch, input);
  net.shapes.set(input, axis === 1 ? [channels, height, width] : [height, width, channels]);
  const sides = form.sides ?? [height, width];
  const count = form.batch === 'open' ? (form.name ?? 'N') : form.batch;
  const value: FileValue = {
    name: input,
    type: feeding.fed.type,
    shape: axis === 1 ? [count, channels, ...sides] : [count, ...sides, channels],
  };
  const partsOf = (outputs: readonly string[]): Parts => ({
    nodes: net.nodes,
    constants: net.constants,
    input,
    outputs,
  });

  let x = preprocessing.build(net, input, axis);
  if (axis === 3 && recipe.body !== 'mlp') x = net.transpose(x, 2, 0, 1);
  if (recipe.operators !== 'none') x = UNKNOWN[recipe.operators]!(net, x);
  if (recipe.mixing !== 'none') x = MIXINGS[recipe.mixing]!(net, x);
  const features = recipe.body === 'mlp' ? flatten(net, x) : BODIES[recipe.body]!(net, x);
  const [rows] = await valuesOf(opset, partsOf([features]), value, feeding, pictures);
  const scores = head.build(net, classLayer(net, features, rows!));
  const { outputs, output, spec: outputSpec, isUncertain } = addOutputs(net, recipe.outputs, features, scores, rows!);
  const ranges = await rangesOf(opset, partsOf(outputs), value, feeding, pictures);
  const isInternal = !outputs.includes(output);
  const parts = quantisation.apply(partsOf(isInternal ? [...outputs, output] : outputs), ranges);
  const { parts: finished, scores: scoresName } = named(
    parts,
    draw,
    isInternal ? outputs.length : outputs.indexOf(output),
  );
  const batchSize = form.batch === 'open' ? (form.name ?? 'N') : form.batch;
  const described = finished.outputs.map((name, at): FileValue => {
    const before = outputs[at] ?? output;
    // Exporters leave the shape out where they do not know it: here of labels, and where the sides are open.
    if (net.nodes.some((node) => node.op === 'ArgMax' && node.outputs[0] === before)) return { name, type: 'int64' };
    return { name, type: 'float', ...(form.sides === undefined && { shape: [batchSize, ...net.shape(before)] }) };
  });
  const written = { opset, inputs: [value], nodes: finished.nodes, constants: finished.constants };
  const bytes = writeOnnxFile({ ...written, outputs: isInternal ? described.slice(0, -1) : described });
  const specInput = {
    ...preprocessing.spec,
    ...(form.sides && { height, width }),
  };
  const spec = {
    ...(Object.keys(specInput).length > 0 && { input: specInput }),
    ...(outputSpec && { output: outputSpec === NO_SUCH_OUTPUT ? outputSpec : scoresName }),
  };
  const refusal = channels > 3 || outputSpec === NO_SUCH_OUTPUT ? 'due' : undefined;
  return {
    recipe,
    bytes,
    referenceBytes: isInternal ? writeOnnxFile({ ...written, outputs: described }) : bytes,
    input,
    feeding,
    spec: Object.keys(spec).length > 0 ? spec : undefined,
    pictures,
    output: scoresName,
    meaning: head.meaning,
    floatOutputs: described.flatMap(({ name, type }) => (type === 'float' ? [name] : [])),
    uncertain: [
      ...(preprocessing.isUnknowable ? (['scaling'] as const) : []),
      ...(head.isUncertain ? (['activation'] as const) : []),
      ...(isUncertain ? (['output'] as const) : []),
      ...(size.isAmbiguous && recipe.body === 'mlp' ? (['layout'] as const) : []),
    ],
    saysScaling: preprocessing.spec === undefined && !preprocessing.isUnknowable,
    hasSteps: quantisation.hasSteps,
    hasBends: net.nodes.some(({ op }) => BENT.has(op)),
    isHalf: quantisation.isHalf ?? false,
    ...(refusal && { refusal }),
  };
}

const INPUT_NAMES = [
  'input',
  'images',
  'x.1',
  'serving_default_input_1:0',
  'pixel_values',
  'pixels:input',
  '0',
  'größe',
];

/** A smooth picture with noise and a colour of its own, so that pictures differ in what a mean over them sees. */
function drawPicture(draw: Draw, { height, width, channels }: Feeding): Float32Array {
  const base = Array.from({ length: channels }, () => 0.2 + 0.6 * draw.number());
  const slopes = Array.from({ length: channels }, () => [draw.number() - 0.5, draw.number() - 0.5] as const);
  return Float32Array.from({ length: height * width * channels }, (_, index) => {
    const channel = index % channels;
    const place = Math.floor(index / channels);
    const [down, right] = slopes[channel]!;
    const rise = down * (Math.floor(place / width) / height) + right * ((place % width) / width);
    const value = base[channel]! + 0.5 * rise + 0.25 * (draw.number() - 0.5);
    // Away from both ends, so that a small step stays in [0, 1].
    return Math.round(Math.min(0.95, Math.max(0.05, value)) * 255) / 255;
  });
}

/** A last linear layer whose logits differ by about 1 between pictures and classes. */
function classLayer(net: Network, features: string, rows: readonly Float64Array[]): ClassLayer {
  const size = net.shape(features)[0]!;
  return (count, form = 'vector') => {
    const weights = net.draw.normals(size * count, 1);
    const logit = (row: Float64Array, at: number): number =>
      row.reduce((sum, feature, index) => sum + feature * weights[index * count + at]!, 0);
    const means = Array.from(
      { length: count },
      (_, at) => rows.reduce((sum, row) => sum + logit(row, at), 0) / rows.length,
    );
    const spread = Math.sqrt(
      rows.reduce((sum, row) => sum + means.reduce((own, mean, at) => own + (logit(row, at) - mean) ** 2, 0), 0) /
        (rows.length * count),
    );
    const gain = Math.min(30, 1 / Math.max(spread, 1e-9));
    const scaled = weights.map((each) => each * gain);
    const offsets = net.draw.normals(count, 0.7);
    const bias = means.map((mean, at) => offsets[at]! - mean * gain);
    if (form === 'spatial') {
      const kernel = Float32Array.from(
        { length: size * count },
        (_, at) => scaled[(at % size) * count + Math.floor(at / size)]!,
      );
      const inputs = [
        net.reshape(features, [size, 1, 1]),
        net.floats([count, size, 1, 1], kernel),
        net.floats([count], bias),
      ];
      return net.add('Conv', inputs, [count, 1, 1], { kernel_shape: [1, 1] });
    }
    if (form === 'token' || net.draw.chance(0.4)) {
      const x = form === 'token' ? net.reshape(features, [1, size]) : features;
      const shape = form === 'token' ? [1, count] : [count];
      const product = net.add('MatMul', [x, net.floats([size, count], scaled)], shape);
      return net.with('Add', product, net.floats([count], bias));
    }
    if (net.draw.chance(0.5))
      return net.add('Gemm', [features, net.floats([size, count], scaled), net.floats([count], bias)], [count]);
    const turned = Float32Array.from(
      { length: size * count },
      (_, at) => scaled[(at % size) * count + Math.floor(at / size)]!,
    );
    return net.add('Gemm', [features, net.floats([count, size], turned), net.floats([count], bias)], [count], {
      transB: 1,
    });
  };
}

const NO_SUCH_OUTPUT = 'no such output';

interface ChosenOutputs {
  readonly outputs: readonly string[];
  /** The scores. */
  readonly output: string;
  /** What lens.json names, by its name while the network is made. */
  readonly spec?: string;
  readonly isUncertain?: boolean;
}

export const OUTPUTS = [
  'one',
  'features-first',
  'features-last',
  'label-first',
  'label-last',
  'maps-first',
  'logits-and-scores',
  'two-heads-named',
  'two-heads',
  'named-internal',
  'named-unknown',
] as const;

function addOutputs(
  net: Network,
  kind: string,
  features: string,
  scores: string,
  rows: readonly Float64Array[],
): ChosenOutputs {
  const label = (): string => net.add('ArgMax', [scores], [], { axis: 1, keepdims: net.draw.of([0, 1]) });
  switch (kind) {
    case 'features-first':
      return { outputs: [net.same('Identity', features), scores], output: scores };
    case 'features-last':
      return { outputs: [scores, net.same('Relu', features)], output: scores };
    case 'label-first':
      return { outputs: [label(), scores], output: scores };
    case 'label-last':
      return { outputs: [scores, label()], output: scores };
    case 'maps-first':
      return { outputs: [mapsOf(net), scores], output: scores };
    case 'logits-and-scores': {
      const logits = net.nodes.findLast(({ outputs }) => outputs.includes(scores))!.inputs[0]!;
      return { outputs: [net.same('Identity', logits), scores], output: scores };
    }
    case 'two-heads-named':
    case 'two-heads': {
      const other = net.same('Softmax', classLayer(net, features, rows)(4), { axis: 1 });
      if (kind === 'two-heads') return { outputs: [scores, other], output: scores, isUncertain: true };
      return { outputs: [other, scores], output: scores, spec: scores };
    }
    case 'named-internal': {
      const other = net.same('Softmax', classLayer(net, features, rows)(4), { axis: 1 });
      return { outputs: [other], output: scores, spec: scores };
    }
    case 'named-unknown':
      return { outputs: [scores], output: scores, spec: NO_SUCH_OUTPUT };
    default:
      return { outputs: [scores], output: scores };
  }
}

/** Something with a picture's sides: the first value of three axes that a node makes. */
function mapsOf(net: Network): string {
  const found = net.nodes.find(({ op, outputs }) => op !== 'Cast' && net.shape(outputs[0]!).length === 3);
  return net.same('Identity', found!.outputs[0]!);
}

/** Runs the first part of a network on all pictures: for each output its rows. */
async function valuesOf(
  opset: number,
  { nodes, constants, outputs }: Parts,
  input: FileValue,
  feeding: Feeding,
  pictures: readonly Float32Array[],
): Promise<readonly (readonly Float64Array[])[]> {
  const bytes = writeOnnxFile({
    opset,
    inputs: [input],
    outputs: outputs.map((name) => ({ name, type: 'float' })),
    nodes,
    constants,
  });
  const reference = await openReference(bytes, input.name, outputs, feeding);
  const rows = outputs.map((): Float64Array[] => []);
  for (const picture of pictures) {
    const found = await reference.run(picture);
    outputs.forEach((name, at) => rows[at]!.push(found.get(name)!));
  }
  await reference.release();
  return rows;
}

/** Ranges of the float values that quantisation asks for. */
async function rangesOf(
  opset: number,
  parts: Parts,
  input: FileValue,
  feeding: Feeding,
  pictures: readonly Float32Array[],
): Promise<Ranges> {
  const outputs = parts.nodes.flatMap(({ op, outputs: own }) => (WHOLE_VALUES.has(op) ? [] : own.slice(0, 1)));
  const values = await valuesOf(opset, { ...parts, outputs }, input, feeding, pictures);
  const ranges = new Map<string, readonly [number, number]>(
    outputs.map((name, at) => [name, [minimum(values[at]!), maximum(values[at]!)]]),
  );
  const [low, high] = feeding.fed.range;
  const ends = feeding.fed.mean.flatMap((mean, at) =>
    [low, high].map((end) => (end - mean) / (feeding.fed.std[at] ?? 1)),
  );
  if (input.type === 'float') ranges.set(input.name, [Math.min(...ends), Math.max(...ends)]);
  return ranges;
}

/** Operators whose outputs are whole numbers here, or values that were cast. */
const WHOLE_VALUES: ReadonlySet<string> = new Set(['Shape', 'Gather', 'Concat', 'ArgMax', 'Cast', 'Split']);

function minimum(rows: readonly Float64Array[]): number {
  return Math.min(...rows.flatMap((row) => [...row]));
}

function maximum(rows: readonly Float64Array[]): number {
  return Math.max(...rows.flatMap((row) => [...row]));
}

const SCORE_NAMES = [
  'output',
  'probabilities',
  'StatefulPartitionedCall:0',
  '495',
  'out put',
  'softmax',
  'features',
  'Identity',
];

/** Gives the outputs names as exporters do, which say nothing reliable. */
function named(parts: Parts, draw: Draw, scoresAt: number): { readonly parts: Parts; readonly scores: string } {
  const start = draw.whole(0, SCORE_NAMES.length - 1);
  const names = parts.outputs.map((_, at) => SCORE_NAMES[(start + at) % SCORE_NAMES.length]!);
  const renamed = new Map(parts.outputs.map((name, at) => [name, names[at]!]));
  const now = (name: string): string => renamed.get(name) ?? name;
  const nodes = parts.nodes.map((node): FileNode => ({
    ...node,
    inputs: node.inputs.map(now),
    outputs: node.outputs.map(now),
  }));
  return { parts: { ...parts, nodes, outputs: names }, scores: names[scoresAt]! };
}

/** Opens ONNX Runtime's own session of a model. */
export async function referenceOf(model: GeneratedModel, optimised: 'disabled' | 'all'): Promise<Reference> {
  return openReference(model.referenceBytes, model.input, [model.output], model.feeding, optimised);
}
