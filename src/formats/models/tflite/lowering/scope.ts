import type { GraphBuilder } from '../../../../core/graph/builder';
import { operators } from '../../../../core/graph/ops/registry';
import type { Shape, Tensor } from '../../../../core/graph/tensor';
import type { FlatTable } from '../flatBuffer';

/** What the reader of an operator sees. Values are in TFLite's order of axes: pictures are [batch, height, width, channels]. */
export interface OperatorScope {
  readonly builder: GraphBuilder;
  readonly op: string;
  readonly options: FlatTable | undefined;
  /** Names of the inputs' values; '' for one that is left out. */
  readonly inputs: readonly string[];
  /** Shapes that the file gives the outputs, for one picture; −1: only known when it runs. */
  readonly outputShapes: readonly Shape[];
  /** Values that TFLite has split into one picture for each place in a block, which stand here as they were before (see `dilated`). */
  readonly blocks: Map<string, readonly number[]>;
}

export type OperatorReader = (scope: OperatorScope) => string | readonly string[];

export function input({ inputs }: OperatorScope, index: number): string {
  const name = inputs[index] ?? '';
  if (name === '') throw new Error(`its input ${index} is missing`);
  return name;
}

export function isGiven({ inputs }: OperatorScope, index: number): boolean {
  return (inputs[index] ?? '') !== '';
}

/** An input that must be a constant. */
export function constant(scope: OperatorScope, index: number): Tensor {
  const tensor = scope.builder.constantOf(input(scope, index));
  if (tensor === undefined) throw new Error(`its input ${index} is computed`);
  return tensor;
}

export function numbers(scope: OperatorScope, index: number): number[] {
  return Array.from(constant(scope, index).data);
}

/** Weights with their axes in another order, and reshaped. */
export function turned(scope: OperatorScope, index: number, perm: readonly number[], shape?: Shape): string {
  const given = constant(scope, index);
  if (given.shape.length !== perm.length) throw new Error(`its weights do not have ${perm.length} axes`);
  const node = { op: 'Transpose', inputs: ['w'], outputs: ['t'], attributes: { perm } };
  const [tensor] = operators.get('Transpose')!.evaluate!(node, [given]);
  return scope.builder.constant({ ...tensor!, shape: shape ?? tensor!.shape }, 'weights');
}

/** What `make` makes of a picture whose channels come second, with its channels last again. */
export function onChannelsFirst(scope: OperatorScope, x: string, make: (picture: string) => string): string {
  const { builder } = scope;
  if (builder.shape(x).length !== 4)
    throw new Error(`it needs a picture, but its input has ${builder.shape(x).length} axes`);
  const y = make(builder.add('Transpose', [x], { perm: [0, 3, 1, 2] }));
  return builder.add('Transpose', [y], { perm: [0, 2, 3, 1] });
}

/** ActivationFunctionType of schema.fbs. */
export function activated({ builder }: OperatorScope, x: string, activation: number): string {
  switch (activation) {
    case 0:
      return x;
    case 1:
      return builder.add('Relu', [x]);
    case 2:
      return clipped(builder, x, -1, 1);
    case 3:
      return clipped(builder, x, 0, 6);
    case 4:
      return builder.add('Tanh', [x]);
    default:
      throw new Error(`its activation (${activation}) is not known`);
  }
}

export function clipped(builder: GraphBuilder, x: string, low: number, high: number): string {
  return builder.add('Clip', [x, builder.scalar(low), builder.scalar(high)]);
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(from) && from >= 0 && from < rank)) throw new Error(`there is no axis ${axis} in ${rank}`);
  return from;
}
