import { numberAt } from '../../json/json';
import { only, type LayerReader } from './scope';
import { inOrder, valueIn, plainValue } from './value';
import { commonOrder } from './merges';

/** Layers of Keras's own applications, which Keras knows though they are no part of its layers. */
export const APPLICATIONS: Readonly<Record<string, LayerReader>> = {
  /** ConvNeXt: y = γ·x, γ along the last axis. */
  LayerScale: (scope, inputs) => {
    const x = only(inputs);
    const gamma = scope.parameter('gamma', scope.weight('gamma', 0, 1));
    return plainValue(scope.builder, scope.builder.add('Mul', [x.plain(), gamma]));
  },
  /** InceptionResNetV2: y = a + scale·b. */
  CustomScaleLayer: (scope, inputs) => {
    const [a, b] = inputs;
    if (a === undefined || b === undefined || inputs.length !== 2) throw new Error('it does not have two inputs');
    const { builder } = scope;
    const order = commonOrder([a, b]);
    const [left, right] = [a, b].map((x) => (order === 'plain' ? x.plain() : x.channelsFirst())) as [string, string];
    const scaled = builder.add('Mul', [right, builder.scalar(numberAt(scope.config, 'scale') ?? 1)]);
    return valueIn(order, builder, builder.add('Add', [left, scaled]));
  },
  /** ConvNeXt's, which leaves branches out while it is trained and nothing afterwards. */
  StochasticDepth: (scope, inputs) => {
    const x = only(inputs);
    if (scope.training) throw new Error('it cannot be trained here');
    return valueIn(x.native, scope.builder, scope.builder.add('Identity', [inOrder(x)]));
  },
};
