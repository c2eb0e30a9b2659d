import type { GraphBuilder } from '../../../core/graph/builder';
import { flagAt } from '../../json/json';
import { perAxisAt } from './configNumbers';
import { only, type LayerReader } from './scope';
import { plainValue } from './value';
import { isChannelsFirst, pictureOf, pictureValue, windowAttributes } from './window';

/** Poolings over pictures; averages leave the padding out. */
export const POOLINGS: Readonly<Record<string, LayerReader>> = {
  MaxPooling2D: pooling('MaxPool', {}),
  MaxPool2D: pooling('MaxPool', {}),
  AveragePooling2D: pooling('AveragePool', { count_include_pad: 0 }),
  AvgPool2D: pooling('AveragePool', { count_include_pad: 0 }),
  GlobalAveragePooling2D: globalPooling(mean),
  GlobalAvgPool2D: globalPooling(mean),
  GlobalMaxPooling2D: globalPooling(largest),
  GlobalMaxPool2D: globalPooling(largest),
  GlobalAveragePooling1D: overSteps('ReduceMean'),
  GlobalAvgPool1D: overSteps('ReduceMean'),
  GlobalMaxPooling1D: overSteps('ReduceMax'),
  GlobalMaxPool1D: overSteps('ReduceMax'),
  // Names that a normalised configuration gives the same layers.
  GlobalAveragePooling2DKeepDims: globalPooling(mean, true),
  GlobalMaxPooling2DKeepDims: globalPooling(largest, true),
};

function pooling(op: string, more: Readonly<Record<string, number>>): LayerReader {
  return (scope, inputs) => {
    const x = pictureOf(scope, only(inputs));
    const size = perAxisAt(scope.config, 'pool_size', [2, 2]);
    const window = windowAttributes(scope, x, size, perAxisAt(scope.config, 'strides', size));
    return pictureValue(scope, scope.builder.add(op, [x], { ...window, ...more }));
  };
}

function globalPooling(pool: (builder: GraphBuilder, x: string) => string, keepDims = false): LayerReader {
  return (scope, inputs) => {
    const y = pool(scope.builder, pictureOf(scope, only(inputs)));
    if (keepDims || flagAt(scope.config, 'keepdims', false)) return pictureValue(scope, y);
    return plainValue(scope.builder, scope.builder.add('Flatten', [y], { axis: 1 }));
  };
}

/** One number of all steps of a sequence, [batch, steps, channels] or with its channels first. */
function overSteps(op: string): LayerReader {
  return (scope, inputs) => {
    const x = only(inputs);
    if (x.shape.length !== 3) throw new Error(`it takes sequences of vectors, not values of ${x.shape.length} axes`);
    const steps = isChannelsFirst(scope) ? 2 : 1;
    const keepdims = flagAt(scope.config, 'keepdims', false) ? 1 : 0;
    return plainValue(scope.builder, scope.builder.add(op, [x.plain(), scope.builder.indices([steps])], { keepdims }));
  };
}

function mean(builder: GraphBuilder, x: string): string {
  return builder.add('GlobalAveragePool', [x]);
}

/** Keras's is a reduction, whose equal elements share the derivative; those of ONNX's GlobalMaxPool do not. */
function largest(builder: GraphBuilder, x: string): string {
  return builder.add('ReduceMax', [x, builder.indices([2, 3])], { keepdims: 1 });
}
