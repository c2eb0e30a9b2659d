import { numberAttribute } from '../graph';
import type { GradientScope, NodeBuilder, Operator } from '../operator';
import { integers, type Tensor } from '../tensor';

/**
 * Pictures as rows of channels, for passes that end with `lowerWindows`; neither is an operator of ONNX. `places` [P, T] says for
 * each of P positions which of a picture's D rows the T taps of a kernel meet; place D is a row of zeros.
 *
 * - Windows(x [N, D, C], places) → [N, P·T, C]: those rows.
 * - RowConvolution(x [N·D, C], W [T·C, O], places, b?) with the attribute `images` = N → [N·P, O]: windows times weights.
 */
export const windows: Readonly<Record<string, Operator>> = {
  Windows: {
    infer: (_node, { types: [x], constants }) => {
      const [images, , channels] = x!.shape as [number, number, number];
      return [{ type: x!.type, shape: [images, placesOf(constants[1]).data.length, channels] }];
    },
    gradient: (scope) => [windowsGradient(scope), ''],
  },
  RowConvolution: {
    infer: (node, { types: [x, weight], constants }) => {
      const [positions] = placesOf(constants[2]).shape as [number];
      return [{ type: x!.type, shape: [numberAttribute(node, 'images', 1) * positions, weight!.shape[1]!] }];
    },
    gradient: (scope) => [
      scope.wants(0) ? inputGradient(scope) : '',
      scope.wants(1) ? weightGradient(scope) : '',
      '',
      scope.wants(3) ? biasGradient(scope) : '',
    ],
  },
};

/** Windows of x as a matrix [N·P, T·C]; x itself where every window is its own row. */
export function windowMatrix(builder: NodeBuilder, x: string, images: number, table: string, places: Tensor): string {
  const [rows, channels] = builder.shape(x) as [number, number];
  const [positions, taps] = places.shape as [number, number];
  if (taps === 1 && positions === rows / images && places.data.every((place, at) => place === at)) return x;
  const pictures = builder.add('Reshape', [x, builder.indices([images, rows / images, channels])]);
  const taken = builder.add('Windows', [pictures, table]);
  return builder.add('Reshape', [taken, builder.indices([images * positions, taps * channels])]);
}

function placesOf(places: Tensor | undefined): Tensor {
  if (places === undefined) throw new Error('The places of windows are computed');
  return places;
}

/** Rows that are taken once at most get back what was taken of them. */
function windowsGradient({ node, builder, dy, shape, constant }: GradientScope): string {
  const [x, table] = node.inputs as [string, string];
  const [, rows] = shape(x) as [number, number];
  const places = constant(table)!.data;
  const inverse = new Array<number>(rows).fill(places.length);
  places.forEach((place, at) => {
    if (place < rows && inverse[place] !== places.length) throw new Error('Windows: a row is taken more than once');
    if (place < rows) inverse[place] = at;
  });
  return builder.add('Windows', [dy(), builder.constant(integers(inverse, [rows, 1]), 'places')]);
}

/** dx: each row of x is met by a tap at one position at most, so that dx is windows of dy times the weights turned round. */
function inputGradient({ node, builder, dy, shape, constant }: GradientScope): string {
  const [x, weight, table] = node.inputs as [string, string, string];
  const images = numberAttribute(node, 'images', 1);
  const [rows, channels] = shape(x) as [number, number];
  const [positions, taps] = shape(table) as [number, number];
  const [, outputs] = shape(weight) as [number, number];
  const area = rows / images;
  const inverse = new Array<number>(area * taps).fill(positions);
  constant(table)!.data.forEach((place, at) => {
    if (place < area) inverse[place * taps + (at % taps)] = Math.floor(at / taps);
  });
  const places = integers(inverse, [area, taps]);
  const columns = windowMatrix(builder, dy(), images, builder.constant(places, 'places'), places);
  if (taps === 1) return builder.add('Gemm', [columns, weight], { transB: 1 });
  const apart = builder.add('Reshape', [weight, builder.indices([taps, channels, outputs])]);
  const turned = builder.add('Transpose', [apart], { perm: [0, 2, 1] });
  return builder.add('Gemm', [columns, builder.add('Reshape', [turned, builder.indices([taps * outputs, channels])])]);
}

function weightGradient({ node, builder, dy, constant }: GradientScope): string {
  const [x, , table] = node.inputs as [string, string, string];
  const columns = windowMatrix(builder, x, numberAttribute(node, 'images', 1), table, constant(table)!);
  return builder.add('Gemm', [columns, dy()], { transA: 1 });
}

function biasGradient({ builder, dy }: GradientScope): string {
  return builder.add('ReduceSum', [dy(), builder.indices([0])], { keepdims: 0 });
}
