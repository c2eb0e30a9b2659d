import { numberAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { floats, sizeOf } from '../tensor';
import { composite } from './composite';
import { sampled } from './sampling';
import { terms } from './terms';
import { windowCount, windowOf, type Window } from './window';

/**
 * Deformable convolution (Dai et al., 2017; Zhu et al., 2019): each tap of the kernel is read where an offset moves it, between
 * elements, and weighed by a mask.
 */
export const deformConv: Readonly<Record<string, Operator>> = { DeformConv: composite(writtenOut) };

function writtenOut(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const [x, weight, offset, bias = '', mask = ''] = node.inputs as [string, string, string, string?, string?];
  const [n, c, ...spatial] = builder.shape(x) as [number, number, ...number[]];
  const [outputs, inner, ...kernel] = builder.shape(weight) as [number, number, ...number[]];
  if (spatial.length !== 2) throw new Error('DeformConv: pictures of other than two axes are not supported');
  const [group, sets] = [numberAttribute(node, 'group', 1), numberAttribute(node, 'offset_group', 1)];
  const window = windowOf(node, spatial, kernel);
  const out = windowCount(window, spatial);
  const [taps, area] = [sizeOf(kernel), sizeOf(out)];
  const moves = t.reshape(offset, [n * sets, taps, 2, area]);
  const coordinates = [0, 1].map((axis) => {
    const own = t.reshape(t.slice(moves, 2, axis, axis + 1), [n * sets, taps * area]);
    return t.add(own, builder.constant(floats([1, taps * area], restingPlaces(window, out, axis))));
  });
  const pictures = t.reshape(x, [n * sets, c / sets, ...spatial]);
  const read = sampled(builder, pictures, coordinates, { mode: 'linear', beyond: 'zeros', alignCorners: true });
  const weighed = mask === '' ? read : t.mul(read, t.reshape(mask, [n * sets, 1, taps * area]));
  const columns = t.reshape(weighed, [n, group, inner * taps, area]);
  const rows = t.reshape(weight, [1, group, outputs / group, inner * taps]);
  const result = t.reshape(builder.add('MatMul', [rows, columns]), [n, outputs, ...out]);
  return [bias === '' ? result : t.add(result, t.reshape(bias, [outputs, 1, 1]))];
}

/** Where each tap of each window reads along an axis before it is moved. */
function restingPlaces(
  { kernel, strides, dilations, begin }: Window,
  out: readonly number[],
  axis: number,
): Float32Array {
  const [taps, area] = [sizeOf(kernel), sizeOf(out)];
  return Float32Array.from({ length: taps * area }, (_, index) => {
    const [tap, at] = [Math.floor(index / area), index % area];
    const k = axis === 0 ? Math.floor(tap / kernel[1]!) : tap % kernel[1]!;
    const o = axis === 0 ? Math.floor(at / out[1]!) : at % out[1]!;
    return o * strides[axis]! - begin[axis]! + k * dilations[axis]!;
  });
}
