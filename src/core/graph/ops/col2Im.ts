import { type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { integers, sizeOf, stridesOf } from '../tensor';
import { requiredConstant } from './axis';
import { composite } from './composite';
import { forEachPosition, flatIndex } from './strided';
import { terms } from './terms';
import { windowCount, windowOf } from './window';
import { zeros } from './zeros';

/** Columns of windows put back into pictures, where they overlap summed up: the adjoint of cutting windows out. */
export const col2Im: Readonly<Record<string, Operator>> = { Col2Im: composite(writtenOut) };

function writtenOut(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const given = node.inputs.map((name) => builder.constantOf(name));
  const [spatial, kernel] = [1, 2].map((index) => Array.from(requiredConstant(node, given, index).data)) as [
    number[],
    number[],
  ];
  const [n, width] = builder.shape(node.inputs[0]!) as [number, number];
  const window = windowOf(node, spatial, kernel);
  const out = windowCount(window, spatial);
  const channels = width / sizeOf(kernel);
  const padded = spatial.map((size, axis) => size + window.begin[axis]! + window.end[axis]!);
  const strides = stridesOf(padded);
  const places: number[] = [];
  forEachPosition([...kernel, ...out], (position) => {
    const at = kernel.map(
      (_, axis) => position[axis]! * window.dilations[axis]! + position[axis + kernel.length]! * window.strides[axis]!,
    );
    places.push(flatIndex(at, strides));
  });
  const rows = t.reshape(node.inputs[0]!, [n, channels, places.length]);
  const index = builder.add('Expand', [
    builder.constant(integers(places, [1, 1, places.length]), 'places'),
    builder.indices([n, channels, places.length]),
  ]);
  const target = zeros(builder, [n, channels, sizeOf(padded)]);
  const flat = builder.add('ScatterElements', [target, index, rows], { axis: 2, reduction: 'add' });
  const whole = t.reshape(flat, [n, channels, ...padded]);
  const cut = (value: string, size: number, axis: number): string =>
    padded[axis] === size ? value : t.slice(value, axis + 2, window.begin[axis]!, window.begin[axis]! + size);
  return [spatial.reduce(cut, whole)];
}
