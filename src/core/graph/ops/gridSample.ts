import { numberAttribute, textAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { requiredConstant } from './axis';
import { composite } from './composite';
import { sampled, type Beyond, type Sampling } from './sampling';
import { terms } from './terms';

const MODES: Readonly<Record<string, Sampling['mode']>> = {
  linear: 'linear',
  bilinear: 'linear',
  nearest: 'nearest',
  cubic: 'cubic',
  bicubic: 'cubic',
};
const BEYOND: ReadonlySet<string> = new Set(['zeros', 'border', 'reflection']);

/** Spatial transformers (Jaderberg et al., 2015): a grid of points in [−1, 1], and pictures read at it. */
export const gridSample: Readonly<Record<string, Operator>> = {
  GridSample: composite(sampledAtGrid),
  AffineGrid: composite(affineGrid),
};

function sampledAtGrid(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const [x, grid] = node.inputs as [string, string];
  const [n, c, ...spatial] = builder.shape(x) as [number, number, ...number[]];
  const [, ...points] = builder.shape(grid).slice(0, -1);
  const count = points.reduce((product, size) => product * size, 1);
  const alignCorners = numberAttribute(node, 'align_corners', 0) === 1;
  const mode = MODES[textAttribute(node, 'mode', 'linear')];
  const beyond = textAttribute(node, 'padding_mode', 'zeros');
  if (mode === undefined || !BEYOND.has(beyond)) throw new Error('GridSample: its mode is not known');
  const rows = t.reshape(grid, [n, count, spatial.length]);
  // The grid names the last axis first.
  const coordinates = spatial.map((size, axis) => {
    const last = spatial.length - 1 - axis;
    const given = t.reshape(t.slice(rows, 2, last, last + 1), [n, count]);
    return alignCorners ? t.times(t.plus(given, 1), (size - 1) / 2) : t.plus(t.times(t.plus(given, 1), size / 2), -0.5);
  });
  const values = sampled(builder, x, coordinates, { mode, beyond: beyond as Beyond, alignCorners });
  return [t.reshape(values, [n, c, ...points])];
}

/** Points −1 … 1 of a picture of the size [N, C, …S], moved by θ [N, d, d + 1]. */
function affineGrid(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const [theta, size] = node.inputs as [string, string];
  const [n, , ...spatial] = Array.from(requiredConstant(node, [undefined, builder.constantOf(size)], 1).data);
  const alignCorners = numberAttribute(node, 'align_corners', 0) === 1;
  const count = spatial.reduce((product, each) => product * each, 1);
  const width = spatial.length + 1;
  const points = new Float32Array(count * width).fill(1);
  for (let index = 0; index < count; index++) {
    let rest = index;
    for (let axis = spatial.length - 1; axis >= 0; axis--) {
      const own = spatial[axis]!;
      const at = rest % own;
      rest = Math.floor(rest / own);
      const steps = alignCorners ? own - 1 : own;
      const place = alignCorners ? (own === 1 ? 0 : (2 * at) / steps - 1) : (2 * at + 1) / steps - 1;
      points[index * width + (spatial.length - 1 - axis)] = place;
    }
  }
  const base = builder.constant({ type: 'float32', shape: [1, count, width], data: points }, 'grid');
  const moved = builder.add('MatMul', [base, t.transpose(theta, [0, 2, 1])]);
  return [t.reshape(moved, [n!, ...spatial, spatial.length])];
}
