import { numberAttribute, textAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { floats } from '../tensor';
import { requiredConstant } from './axis';
import { composite } from './composite';
import { sampled } from './sampling';
import { terms } from './terms';

/** Means over a grid of points in each region of a picture (He et al., Mask R-CNN, 2017); regions must be constant. */
export const roiAlign: Readonly<Record<string, Operator>> = { RoiAlign: composite(writtenOut) };

function writtenOut(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  if (textAttribute(node, 'mode', 'avg') !== 'avg')
    throw new Error('RoiAlign: the largest of its points is not supported');
  const given = node.inputs.map((name) => builder.constantOf(name));
  const [regions, pictures] = [1, 2].map((index) => requiredConstant(node, given, index).data);
  const t = terms(builder);
  const parts = Array.from(pictures!, (picture, at) => {
    const own = t.slice(node.inputs[0]!, 0, picture, picture + 1);
    return oneRegion(node, builder, own, Array.from(regions!.slice(4 * at, 4 * at + 4)));
  });
  return [t.concat(parts, 0)];
}

interface Axis {
  readonly out: number;
  readonly each: number;
  readonly points: readonly number[];
}

function oneRegion(node: GraphNode, builder: DecomposingBuilder, x: string, region: readonly number[]): string {
  const t = terms(builder);
  const [, c, height, width] = builder.shape(x) as [number, number, number, number];
  const [x1, y1, x2, y2] = region as [number, number, number, number];
  const rows = pointsOf(node, y1, y2, numberAttribute(node, 'output_height', 1));
  const columns = pointsOf(node, x1, x2, numberAttribute(node, 'output_width', 1));
  const grid = rows.points.flatMap((y) => columns.points.map((at) => [y, at] as const));
  const inside = grid.map(([y, at]) => Number(y >= -1 && y <= height && at >= -1 && at <= width));
  const clamped = (values: readonly number[], size: number): string =>
    builder.constant(
      floats(
        [1, values.length],
        values.map((value) => Math.min(size - 1, Math.max(0, value))),
      ),
      'points',
    );
  const coordinates = [
    clamped(
      grid.map(([y]) => y),
      height,
    ),
    clamped(
      grid.map(([, at]) => at),
      width,
    ),
  ];
  const values = sampled(builder, x, coordinates, { mode: 'linear', beyond: 'border', alignCorners: true });
  const counted = t.mul(values, builder.constant(floats([1, 1, inside.length], inside)));
  const split = t.reshape(counted, [1, c, rows.out, rows.each, columns.out, columns.each]);
  return t.reshape(t.mean(split, [3, 5]), [1, c, rows.out, columns.out]);
}

/** Points along one side of a region: so many in each of its `out` parts, as many as its elements unless told. */
function pointsOf(node: GraphNode, from: number, to: number, out: number): Axis {
  const scale = numberAttribute(node, 'spatial_scale', 1);
  const half = textAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'half_pixel' ? 0.5 : 0;
  const start = from * scale - half;
  const length = half === 0 ? Math.max(1, (to - from) * scale) : (to - from) * scale;
  const each = numberAttribute(node, 'sampling_ratio', 0) || Math.max(1, Math.ceil(length / out));
  const step = length / out / each;
  return { out, each, points: Array.from({ length: out * each }, (_, index) => start + (index + 0.5) * step) };
}
