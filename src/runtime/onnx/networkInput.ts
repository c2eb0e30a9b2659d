import { UserError } from '../../core/errors';
import type { Graph } from '../../core/graph/graph';
import { flatPicture } from '../../core/graph/passes/flatPicture';
import { floatInput } from '../../core/graph/passes/floatInput';
import type { ElementType } from '../../core/graph/tensor';
import type { ModelInput } from '../../core/model/modelInfo';
import { axesOfList } from '../../core/model/flatInput';
import { readInputShape, withStatedLayout, type InputShape, type StatedInput } from '../../core/model/modelInput';
import type { Layout } from '../../core/model/preprocessing';
import { inputEvidence } from '../inputEvidence';

/** A network that takes floats, and what its file's input was. */
export interface NetworkInput {
  readonly graph: Graph;
  readonly type: ElementType;
  readonly warnings: readonly string[];
}

/** The network with its one input as floats. Throws `UserError('model-unsupported')` for inputs that are no picture. */
export function networkInput(read: Graph, isComputable: boolean): NetworkInput {
  const [input] = read.inputs;
  if (read.inputs.length !== 1 || input === undefined) throw notOnePicture(`${read.inputs.length} inputs`);
  if (input.type === 'float32') return { graph: read, type: input.type, warnings: [] };
  if (!holdsBytes(input.type)) throw notOnePicture(`an input of type ${input.type}`);
  const graph = floatInput(read);
  if (graph === undefined && isComputable)
    throw notOnePicture(`an input of type ${input.type} and computes with whole numbers`);
  return {
    graph: graph ?? read,
    type: input.type,
    warnings: [
      `The model takes whole numbers from 0 to 255 (${input.type}); ${
        graph === undefined || !isComputable
          ? 'pixels are rounded to them'
          : 'between them its values are those of the same network with fractions'
      }.`,
    ],
  };
}

/** Is every byte a value of this type? */
function holdsBytes(type: ElementType): boolean {
  return type === 'uint8' || type === 'int32' || type === 'int64';
}

function notOnePicture(what: string): UserError {
  return new UserError(
    'model-unsupported',
    `The model has ${what}.`,
    'Choose a model that takes one picture of floating-point numbers or bytes.',
  );
}

/** The network as one that takes pictures, where it takes a list of their numbers. Throws `UserError('model-spec')`. */
export function asPicture(graph: Graph, { spec, specSource }: StatedInput): Graph {
  const { shape } = graph.inputs[0] ?? { shape: [] };
  if (graph.inputs.length !== 1 || shape.length !== 2) return graph;
  return flatPicture(graph, axesOfList(shape[1]!, spec, specSource));
}

/** Shape, layout and values of the picture that a network takes, from the file and the network's own operations. */
export function inputShapeOf({ graph, type }: NetworkInput, stated: StatedInput): InputShape {
  const { shape } = graph.inputs[0]!;
  if (shape.length === 3)
    throw new UserError(
      'model-unsupported',
      `The model takes an input of shape [${shape.map((side) => (side < 0 ? '?' : side)).join(', ')}], whose axes cannot be told.`,
      'Export it with an axis for the batch and one for the channels, e.g. [1, 3, 224, 224].',
    );
  const evidence = withStatedLayout(inputEvidence(graph), stated);
  const bytes = { preset: 'byte', source: `the model's own input of type ${type}` } as const;
  const sides = shape.slice(1).map((side) => (side < 0 ? null : side));
  return readInputShape(sides, type === 'float32' ? evidence : { ...evidence, takes: bytes });
}

/** The network with the sizes of its input known, its batch open unless the file fixes one of several pictures. */
export function withSize(
  graph: Graph,
  { height, width, channels }: ModelInput,
  layout: Layout,
): { readonly graph: Graph; readonly unit: number } {
  const [input] = graph.inputs;
  const size = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const unit = Math.max(1, input!.shape[0] ?? 1);
  return { graph: { ...graph, inputs: [{ ...input!, shape: [-1, ...size] }] }, unit };
}
