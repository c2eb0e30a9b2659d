import type { Attributes } from '../../graph';
import { flagOf, integersOf, numberOf, textOf } from './attributes';
import { explicitPads } from './convolutions';
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
  // Centres: ⌊(i + ½)·s⌋ is (i + ½)·s − ½ rounded with halves up; corners: halves up too; else ⌊i·s⌋.
  ResizeNearestNeighbor: (scope) => {
    const mode = coordinates(scope);
    return resized(scope, {
      mode: 'nearest',
      coordinate_transformation_mode: mode,
      nearest_mode: mode === 'asymmetric' ? 'floor' : 'round_prefer_ceil',
    });
  },
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
