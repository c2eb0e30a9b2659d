import type { Attributes } from '../../../core/graph/graph';
import { flagOf, integersOf, numberOf, textOf } from './attributes';
import { explicitPads } from './convolutions';
import { integers } from '../../../core/graph/tensor';
import {
  input,
  int64List,
  isChannelsFirst,
  onChannelsFirst,
  spatialPair,
  type NodeReader,
  type NodeScope,
} from './scope';

/** Pooling, resampling and moving between depth and space. */
export const spatial: Readonly<Record<string, NodeReader>> = {
  MaxPool: (scope) => pool(scope, 'MaxPool'),
  AvgPool: (scope) => pool(scope, 'AveragePool'),
  LRN: (scope) => {
    const size = 2 * numberOf(scope.node, 'depth_radius', 5) + 1;
    const attributes = {
      size,
      bias: numberOf(scope.node, 'bias', 1),
      // ONNX divides by the size.
      alpha: numberOf(scope.node, 'alpha', 1) * size,
      beta: numberOf(scope.node, 'beta', 0.5),
    };
    return onChannelsFirst(scope, input(scope, 0), (x) => scope.emitter.add('LRN', [x], attributes));
  },
  DepthToSpace: (scope) => blocks(scope, 'DepthToSpace', { mode: 'DCR' }),
  SpaceToDepth: (scope) => blocks(scope, 'SpaceToDepth', {}),
  ResizeBilinear: (scope) => resized(scope, { mode: 'linear', coordinate_transformation_mode: coordinates(scope) }),
  ResizeNearestNeighbor: (scope) => nearest(scope),
};

function pool(scope: NodeScope, op: string): string {
  const { node, emitter } = scope;
  const kernel = integersOf(node, 'ksize');
  const window = {
    kernel_shape: spatialPair(scope, kernel, 1),
    strides: spatialPair(scope, integersOf(node, 'strides'), 1),
  };
  const channel = kernel?.[isChannelsFirst(scope) ? 1 : 3] ?? 1;
  if ((kernel?.[0] ?? 1) !== 1 || channel !== 1) throw new Error('pooling over pictures or channels is not supported');
  const padding = textOf(node, 'padding', 'VALID');
  let pads: Attributes = {};
  if (padding === 'SAME') pads = { auto_pad: 'SAME_UPPER' };
  else if (padding === 'EXPLICIT') pads = { pads: explicitPads(scope) };
  else if (padding !== 'VALID') throw new Error(`the padding ${padding.slice(0, 20)} is not known`);
  return onChannelsFirst(scope, input(scope, 0), (x) => emitter.add(op, [x], { ...window, ...pads }));
}

function blocks(scope: NodeScope, op: string, attributes: Attributes): string {
  const blocksize = numberOf(scope.node, 'block_size', 1);
  if (!(Number.isInteger(blocksize) && blocksize >= 1)) throw new Error('its block size is not a size');
  return onChannelsFirst(scope, input(scope, 0), (x) => scope.emitter.add(op, [x], { blocksize, ...attributes }));
}

function coordinates({ node }: NodeScope): string {
  if (flagOf(node, 'align_corners')) return 'align_corners';
  return flagOf(node, 'half_pixel_centers') ? 'half_pixel' : 'asymmetric';
}

/** All four sizes are given: ONNX Runtime moves Transposes through a Resize of some axes wrongly. */
function resized(scope: NodeScope, attributes: Attributes): string {
  const { emitter } = scope;
  const size = int64List(scope, 1);
  return onChannelsFirst(scope, input(scope, 0), (x) => {
    const kept = emitter.add('Shape', [x], { start: 0, end: 2 });
    return emitter.add('Resize', [x, '', '', emitter.add('Concat', [kept, size], { axis: 0 })], attributes);
  });
}

/**
 * The element that TensorFlow takes for each of `to` along an axis, in its own float32 arithmetic, from which ONNX Runtime's
 * differs by a row here and there: ⌊i·s⌋, of centres ⌊(i + ½)·s⌋, s = from/to; of corners i·s with halves up, s = (from − 1)/(to − 1).
 */
function nearest(scope: NodeScope): string {
  const { emitter } = scope;
  const mode = coordinates(scope);
  const size = int64List(scope, 1);
  const part = (list: string, index: number): string =>
    emitter.add('Gather', [list, emitter.constant(integers([index], []))], { axis: 0 });
  const float = (value: string): string => emitter.add('Cast', [value], { to: 1 });
  const less = (value: string): string => emitter.add('Sub', [value, emitter.scalar(1)]);
  const places = (from: string, to: string): string => {
    const range = emitter.add('Range', [emitter.constant(integers([0], [])), to, emitter.constant(integers([1], []))]);
    const index = float(range);
    if (mode !== 'align_corners') {
      const step = emitter.add('Div', [float(from), float(to)]);
      const at = mode === 'half_pixel' ? emitter.add('Add', [index, emitter.scalar(0.5)]) : index;
      return emitter.add('Floor', [emitter.add('Mul', [at, step])]);
    }
    // A single element lies at the first corner.
    const step = emitter.add('Div', [less(float(from)), emitter.add('Max', [less(float(to)), emitter.scalar(1)])]);
    const at = emitter.add('Mul', [index, step]);
    const below = emitter.add('Floor', [at]);
    const isBehind = emitter.add('GreaterOrEqual', [emitter.add('Sub', [at, below]), emitter.scalar(0.5)]);
    return emitter.add('Add', [below, float(isBehind)]);
  };
  return onChannelsFirst(scope, input(scope, 0), (x) => {
    const shape = emitter.add('Shape', [x]);
    return [0, 1].reduce((picture, axis) => {
      const from = part(shape, axis + 2);
      const last = less(float(from));
      const chosen = emitter.add('Min', [places(from, part(size, axis)), last]);
      return emitter.add('Gather', [picture, emitter.add('Cast', [chosen], { to: 7 })], { axis: axis + 2 });
    }, x);
  });
}
