import type { Attributes, Graph, GraphNode } from '../graph';
import { floats, integers, type Tensor } from '../tensor';

/** How a network wants its pictures. */
export interface PixelInput {
  readonly height: number;
  readonly width: number;
  /** For each channel in the network's order: pixel · scale + shift. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  /** The network takes the channels in the opposite order of the pixels'. */
  readonly isReversed: boolean;
  readonly layout: 'nhwc' | 'nchw';
}

/**
 * The network with its preprocessing in front: it takes pixels [N, H, W·C] in the picture's order of channels, and a derivative
 * with respect to its input is one with respect to pixels. A row of pixels is one axis because ONNX Runtime is slow where it
 * broadcasts along an axis as short as the channels'.
 */
export function takePixels(graph: Graph, input: PixelInput): Graph {
  const { height, width, isReversed, layout } = input;
  const channels = input.scale.length;
  const { name: target, type, shape } = graph.inputs[0]!;
  const constants = new Map(graph.constants);
  const taken = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...constants.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const fresh = (hint: string): string => {
    let name = `pixels:${hint}`;
    while (taken.has(name)) name += '′';
    taken.add(name);
    return name;
  };
  const constant = (tensor: Tensor): string => {
    const name = fresh('constant');
    constants.set(name, tensor);
    return name;
  };
  const nodes: GraphNode[] = [];
  const add = (op: string, inputs: readonly string[], attributes: Attributes = {}, count = 1): readonly string[] => {
    const outputs = Array.from({ length: count }, () => fresh(op));
    nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  };
  const row = (ofChannel: readonly number[]): string => {
    const own = isReversed ? [...ofChannel].reverse() : ofChannel;
    return constant(
      floats(
        [width * channels],
        Array.from({ length: width * channels }, (_, at) => own[at % channels]!),
      ),
    );
  };

  const pixels = fresh('input');
  const current = (): string => nodes.at(-1)?.outputs[0] ?? pixels;
  if (input.scale.some((each) => each !== 1)) add('Mul', [current(), row(input.scale)]);
  if (input.shift.some((each) => each !== 0)) add('Add', [current(), row(input.shift)]);
  add('Reshape', [current(), constant(integers([-1, height, width, channels]))]);
  if (layout === 'nchw') add('Transpose', [current()], { perm: [0, 3, 1, 2] });
  if (isReversed && channels > 1) {
    const axis = layout === 'nchw' ? 1 : 3;
    const each = add('Split', [current(), constant(integers(input.scale.map(() => 1)))], { axis }, channels);
    add('Concat', [...each].reverse(), { axis });
  }
  const last = nodes.pop()!;
  return {
    ...graph,
    inputs: [{ name: pixels, type, shape: [shape[0]!, height, width * channels] }, ...graph.inputs.slice(1)],
    nodes: [...nodes, { ...last, outputs: [target] }, ...graph.nodes],
    constants,
  };
}
