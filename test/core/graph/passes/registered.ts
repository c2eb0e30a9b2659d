import { numberAttribute, type Graph, type StaticGraph } from '../../../../src/core/graph/graph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { cancelTransposes } from '../../../../src/core/graph/passes/cancelTransposes';
import { flatPicture } from '../../../../src/core/graph/passes/flatPicture';
import { floatInput } from '../../../../src/core/graph/passes/floatInput';
import { fourAxes } from '../../../../src/core/graph/passes/fourAxes';
import { lowerWindows } from '../../../../src/core/graph/passes/lowerWindows';
import { modernise } from '../../../../src/core/graph/passes/modernise';
import { nameRectifiers } from '../../../../src/core/graph/passes/nameRectifiers';
import { pictureRows } from '../../../../src/core/graph/passes/pictureRows';
import { realOutputs } from '../../../../src/core/graph/passes/realOutputs';
import { foldBatchNormalization, removeIdentities } from '../../../../src/core/graph/passes/simplify';
import { stripActivation } from '../../../../src/core/graph/passes/stripActivation';
import { takePixels } from '../../../../src/core/graph/passes/takePixels';
import { specialise } from '../../../../src/core/graph/specialise';
import { floats, sizeOf, tensorOf, type Tensor } from '../../../../src/core/graph/tensor';
import { inferenceForm, trainingForm, type NoiseForm } from '../../../../src/core/graph/training/forms';
import type { Network } from '../random/network';
import type { Pass, Rewritten } from './agreement';

/** Every pass and every rewriting of a whole network; a new pass is tested by a line here. */
export const passes: readonly Pass[] = [
  // Before all others, which know the newest operators only.
  { name: 'modernise', rewrite: (network) => modernised(network) },
  plain('cancelTransposes', cancelTransposes),
  plain('removeIdentities', removeIdentities),
  plain('foldBatchNormalization', foldBatchNormalization),
  { name: 'stripActivation', rewrite: stripped },
  { name: 'floatInput', rewrite: ofWholeNumbers },
  { name: 'takePixels', rewrite: ofPixels },
  { name: 'flatPicture', rewrite: ofLists },
  plain('fourAxes', fourAxes),
  plain('realOutputs', (graph) => realOutputs(graph).graph),
  plain('inferenceForm', inferenceForm),
  fixed('specialise', (graph) => graph),
  fixed('nameRectifiers', (graph) => specialise(nameRectifiers(graph, graph), 1, operators)),
  fixed('lowerWindows', (graph) => lowerWindows(graph, operators)),
  fixed('pictureRows', (graph) => lowerWindows(pictureRows(graph, operators), operators)),
  { name: 'trainingForm', rewrite: trained },
];

export function passNamed(name: string): Pass {
  return passes.find((pass) => pass.name === name)!;
}

/** The types of its outputs are those that they had. */
function withGraph(network: Network, graph: Graph): Network {
  return { ...network, graph: { ...graph, types: network.graph.types }, opset: 21 };
}

function modernised(network: Network): Rewritten {
  return { network: withGraph(network, modernise(network.graph, network.opset ?? 21)) };
}

/** What passes get: nodes of the newest operator set, Dropout among them where the network has not been a file. */
function asRead(network: Network): Network {
  return network.opset === undefined || network.opset === 21 ? network : modernised(network).network;
}

/** A pass for graphs whose shapes need not be known. */
export function plain(name: string, pass: (graph: Graph) => Graph): Pass {
  return {
    name,
    rewrite: (network) => {
      const modern = asRead(network);
      return { network: withGraph(modern, pass(modern.graph)) };
    },
  };
}

/** A pass for graphs whose shapes are known. */
function fixed(name: string, pass: (graph: StaticGraph) => StaticGraph): Pass {
  return {
    name,
    rewrite: (network) => {
      const modern = asRead(network);
      return { network: { ...modern, graph: pass(specialise(modern.graph, 1, operators)) } };
    },
  };
}

/** Rows of scores whose softmax, its logarithm or sigmoid is the last operation. */
function stripped(network: Network): Rewritten | undefined {
  const modern = asRead(network);
  const [output] = modern.graph.outputs as [string];
  if (modern.graph.types.get(output)?.shape.length !== 2) return undefined;
  const producers = new Map(modern.graph.nodes.map((node) => [node.outputs[0]!, node]));
  let last = producers.get(output);
  while (last?.op === 'Identity') last = producers.get(last.inputs[0]!);
  if (last === undefined || !/^(Softmax|LogSoftmax|Sigmoid)$/.test(last.op)) return undefined;
  const { types } = modern.graph;
  const rows = types.get(output)!.shape[0];
  const { graph, activation } = stripActivation({ ...modern.graph, outputs: [output] }, types, rows);
  if (activation === 'logits') return undefined;
  const named = new Map([...types, [graph.outputs[0]!, types.get(output)!]]);
  const renamed = { ...withGraph(modern, graph), graph: { ...graph, types: named } };
  return { network: renamed, restore: ([logits]) => [activated(logits!, last.op)] };
}

function activated({ shape, data }: Tensor, op: string): Tensor {
  const [, classes] = shape as [number, number];
  const values = Float64Array.from(data, (z, at) => {
    if (op === 'Sigmoid') return 1 / (1 + Math.exp(-z));
    const row = Array.from(data.subarray(at - (at % classes), at - (at % classes) + classes));
    const logarithm = z - Math.log(row.reduce((sum, each) => sum + Math.exp(each), 0));
    return op === 'Softmax' ? Math.exp(logarithm) : logarithm;
  });
  return tensorOf('float32', shape, values);
}

/** A network of whole numbers, which become floats at once, takes the floats themselves. */
function ofWholeNumbers(network: Network): Rewritten | undefined {
  const modern = asRead(network);
  const [input, ...others] = modern.graph.inputs;
  if (input === undefined) return undefined;
  const whole = `${input.name} as whole numbers`;
  const cast = { op: 'Cast', inputs: [whole], outputs: [input.name], attributes: { to: 1 } };
  const inputs = [{ ...input, name: whole, type: 'int32' as const }, ...others];
  const graph = floatInput({ ...modern.graph, inputs, nodes: [cast, ...modern.graph.nodes] });
  if (graph === undefined) return undefined;
  const { [input.name]: picture, ...rest } = network.feeds;
  return { network: { ...withGraph(modern, graph), feeds: { ...rest, [whole]: picture! } } };
}

/** A network that takes its picture as a list, which the pass lays out as the picture again. */
function ofLists(network: Network): Rewritten | undefined {
  const modern = asRead(network);
  const [input, ...others] = modern.graph.inputs;
  if (input?.shape.length !== 4) return undefined;
  const [batch, ...axes] = input.shape as [number, number, number, number];
  const list = `${input.name} as a list`;
  const shape = `${input.name} as it was`;
  const graph = flatPicture(
    {
      ...modern.graph,
      inputs: [{ ...input, name: list, shape: [batch, sizeOf(axes)] }, ...others],
      constants: new Map([...modern.graph.constants, [shape, tensorOf('int64', [4], Float64Array.of(batch, ...axes))]]),
      nodes: [{ op: 'Reshape', inputs: [list, shape], outputs: [input.name], attributes: {} }, ...modern.graph.nodes],
    },
    axes,
  );
  const { [input.name]: picture, ...rest } = network.feeds;
  return { network: { ...withGraph(modern, graph), feeds: { ...rest, [list]: picture! } } };
}

/** Pixels that are scaled, shifted and reordered back into the picture, in numbers that are exact. */
function ofPixels(network: Network): Rewritten | undefined {
  const modern = asRead(network);
  const { graph } = modern;
  const { name, shape } = graph.inputs[0]!;
  if (shape.length !== 4) return undefined;
  const layout = (shape[1]! + shape[2]!) % 2 === 0 ? 'nchw' : 'nhwc';
  const isReversed = shape[3]! % 2 === 0;
  const [batch, first, second, third] = shape as [number, number, number, number];
  const [height, width, channels] = layout === 'nchw' ? [second, third, first] : [first, second, third];
  const scale = Array.from({ length: channels }, (_, channel) => 2 ** ((channel % 3) - 1));
  const shift = Array.from({ length: channels }, (_, channel) => (channel % 4) / 4);
  const taken = takePixels(graph, { height, width, scale, shift, isReversed, layout });
  const picture = network.feeds[name]!;
  const pixels = new Float32Array(sizeOf(shape));
  for (let at = 0; at < pixels.length; at++) {
    const [image, within] = [Math.floor(at / (height * width * channels)), at % (height * width * channels)];
    const [point, own] = [Math.floor(within / channels), within % channels];
    const channel = isReversed ? channels - 1 - own : own;
    const from = layout === 'nchw' ? channel * height * width + point : point * channels + channel;
    pixels[at] = (picture.data[image * height * width * channels + from]! - shift[channel]!) / scale[channel]!;
  }
  const input = taken.inputs[0]!.name;
  const others = Object.fromEntries(Object.entries(network.feeds).filter(([each]) => each !== name));
  const feeds = { ...others, [input]: floats([batch, height, width * channels], pixels) };
  return { network: { ...withGraph(modern, taken), feeds } };
}

/** With noise that changes nothing, and where no batch normalisation takes its statistics from the minibatch, training is inference. */
function trained(network: Network): Rewritten {
  const modern = asRead(network);
  const numbered = modern.graph.nodes.filter(({ op }) => op === 'Dropout');
  const nodes = modern.graph.nodes.map((node) => {
    if (node.op === 'Dropout') return { ...node, attributes: { seed: numbered.indexOf(node) } };
    if (node.op !== 'BatchNormalization') return node;
    return { ...node, attributes: { epsilon: numberAttribute(node, 'epsilon', 1e-5) } };
  });
  const graph = specialise({ ...modern.graph, nodes }, 1, operators);
  const noises = numbered.map(({ inputs }, index): NoiseForm => {
    const shape = graph.types.get(inputs[0]!)!.shape;
    return { op: index % 2 === 0 ? 'Mul' : 'Add', shape };
  });
  const form = trainingForm(graph, noises, operators);
  const silent = [...form.noises].map(([index, { input, shape }]): [string, Tensor] => [
    input,
    floats(shape, new Float32Array(sizeOf(shape)).fill(noises[index]!.op === 'Mul' ? 1 : 0)),
  ]);
  return { network: { ...modern, graph: form.forward, feeds: { ...network.feeds, ...Object.fromEntries(silent) } } };
}
