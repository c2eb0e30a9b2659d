import { flagAt, perAxisAt } from './json';
import { only, type LayerReader } from './scope';
import { plainValue } from './value';
import { pictureOf, pictureValue, windowAttributes } from './window';

/** Poolings over pictures; averages leave the padding out. */
export const POOLINGS: Readonly<Record<string, LayerReader>> = {
  MaxPooling2D: pooling('MaxPool', {}),
  MaxPool2D: pooling('MaxPool', {}),
  AveragePooling2D: pooling('AveragePool', { count_include_pad: 0 }),
  AvgPool2D: pooling('AveragePool', { count_include_pad: 0 }),
  GlobalAveragePooling2D: globalPooling('GlobalAveragePool'),
  GlobalAvgPool2D: globalPooling('GlobalAveragePool'),
  GlobalMaxPooling2D: globalPooling('GlobalMaxPool'),
  GlobalMaxPool2D: globalPooling('GlobalMaxPool'),
  // Names that a normalised configuration gives the same layers.
  GlobalAveragePooling2DKeepDims: globalPooling('GlobalAveragePool', true),
  GlobalMaxPooling2DKeepDims: globalPooling('GlobalMaxPool', true),
};

function pooling(op: string, more: Readonly<Record<string, number>>): LayerReader {
  return (scope, inputs) => {
    const x = pictureOf(scope, only(inputs));
    const size = perAxisAt(scope.config, 'pool_size', [2, 2]);
    const window = windowAttributes(scope, x, size, perAxisAt(scope.config, 'strides', size));
    return pictureValue(scope, scope.builder.add(op, [x], { ...window, ...more }));
  };
}

function globalPooling(op: string, keepDims = false): LayerReader {
  return (scope, inputs) => {
    const y = scope.builder.add(op, [pictureOf(scope, only(inputs))]);
    if (keepDims || flagAt(scope.config, 'keepdims', false)) return pictureValue(scope, y);
    return plainValue(scope.builder, scope.builder.add('Flatten', [y], { axis: 1 }));
  };
}
