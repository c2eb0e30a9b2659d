import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { engineCandidates } from '../../src/runtime/tensorflow/engines';
import { hasEngine, largest, largestDifference, randomNumbers } from './support';

const native = await hasEngine('tensorflow');
const backends = native ? (['cpu', 'wasm', 'tensorflow'] as const) : (['cpu', 'wasm'] as const);

beforeAll(async () => {
  for (const backend of backends) await engineCandidates(backend, {}).next();
});

type Shape = [number, number, number, number];

const numbers = (shape: readonly number[], seed: number): Float32Array =>
  randomNumbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map((value) => value - 0.5);

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);

/** For a linear y = A·x: ⟨dy, A·x⟩ = ⟨Aᵀ·dy, x⟩ for any x and dy. Relative to ‖dy‖·‖y‖, of three draws the worst. */
function adjointError(linear: (x: tf.Tensor) => tf.Tensor, shape: readonly number[]): number {
  const errors = [1, 2, 3].map((seed) =>
    tf.tidy(() => {
      const x = numbers(shape, seed);
      const y = linear(tf.tensor(x, [...shape]));
      const dy = numbers(y.shape, seed + 10);
      const weighted = (each: tf.Tensor): tf.Tensor => tf.sum(tf.mul(linear(each), tf.tensor(dy, y.shape)));
      const dx = tf
        .grad(weighted)(tf.tensor(x, [...shape]))
        .dataSync<'float32'>();
      const values = y.dataSync<'float32'>();
      return Math.abs(dot(dy, values) - dot(dx, x)) / (Math.hypot(...dy) * Math.hypot(...values));
    }),
  );
  return Math.max(...errors);
}

const SIDES = [1, 2, 3, 4, 5, 7, 10, 13, 14, 24, 27] as const;
const ALIGNMENTS = [
  ['corners aligned', true, false],
  ['points', false, false],
  ['half-pixel centres', false, true],
] as const;

describe.each(backends)('gradients on %s are adjoint to the forward pass', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  it.each(ALIGNMENTS)('resizes of %s, every pair of sides', (_, alignCorners, halfPixelCenters) => {
    for (const from of SIDES)
      for (const to of SIDES) {
        const [shape, size]: [Shape, [number, number]] = [
          [2, from, 3, 2],
          [to, 4],
        ];
        for (const resize of [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor]) {
          const linear = (x: tf.Tensor): tf.Tensor => resize(x as tf.Tensor4D, size, alignCorners, halfPixelCenters);
          expect(adjointError(linear, shape), `${from} to ${to}`).toBeLessThan(1e-5);
        }
      }
  });

  it('average pooling of every padding, window and stride', () => {
    for (const side of [3, 4, 5, 8])
      for (const size of [1, 2, 3, 4])
        for (const stride of [1, 2, 3])
          for (const pad of ['same', 'valid'] as const) {
            if (pad === 'valid' && size > side) continue;
            const linear = (x: tf.Tensor): tf.Tensor =>
              tf.avgPool(x as tf.Tensor4D, [size, 2], [stride, 1], pad === 'same' ? 'same' : 'valid');
            expect(adjointError(linear, [2, side, 5, 3]), `${side} ${size} ${stride} ${pad}`).toBeLessThan(1e-5);
          }
  });

  // tfjs-node has no explicit padding.
  it.skipIf(backend === 'tensorflow')('average pooling of explicit padding', () => {
    const linear = (x: tf.Tensor): tf.Tensor => tf.avgPool(x as tf.Tensor4D, 3, 2, 1, 'floor');
    expect(adjointError(linear, [2, 7, 6, 3])).toBeLessThan(1e-5);
  });

  it('average pooling of solids', () => {
    for (const pad of ['same', 'valid'] as const) {
      const linear = (x: tf.Tensor): tf.Tensor => tf.avgPool3d(x as tf.Tensor5D, [3, 2, 2], [2, 1, 2], pad);
      expect(adjointError(linear, [2, 5, 3, 4, 2])).toBeLessThan(1e-5);
    }
  });

  it.each(['reflect', 'symmetric'] as const)('mirrored padding, %s', (mode) => {
    const pads: [number, number][] = [
      [0, 0],
      [2, 1],
      [0, 3],
      [0, 0],
    ];
    expect(adjointError((x) => tf.mirrorPad(x, pads, mode), [2, 4, 5, 2])).toBeLessThan(1e-5);
  });

  it.each([0, 1, 2])('cumulative sums along axis %i', (axis) => {
    for (const exclusive of [false, true])
      for (const reverse of [false, true])
        expect(adjointError((x) => tf.cumsum(x, axis, exclusive, reverse), [3, 4, 5])).toBeLessThan(1e-5);
  });
});

describe.each(backends)('gradients on %s where inputs are repeated or tied', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  const wide = Float32Array.of(1, -2, 3, 4, 0, 6);
  const narrow = Float32Array.of(2, 0, 5);
  const both = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): number[][] =>
    tf.tidy(() =>
      tf
        .grads((a, b) => tf.sum(tf.mul(f(a, b), tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]))))([
          tf.tensor2d(wide, [2, 3]),
          tf.tensor1d(narrow),
        ])
        .map((each) => Array.from(each.dataSync())),
    );

  it('larger and smaller', () => {
    expect(both(tf.maximum)).toEqual([
      [0, 0, 0, 4, 5, 6],
      [1, 2, 3],
    ]);
    expect(both(tf.minimum)).toEqual([
      [1, 2, 3, 0, 5, 0],
      [4, 0, 6],
    ]);
  });

  it('squared differences', () => {
    const [ours, theirs] = both(tf.squaredDifference);
    expect(ours).toEqual([-2, -8, -12, 16, 0, 12]);
    expect(theirs).toEqual([2 - 16, 8, 12 - 12]);
  });

  it('the extremum of several equal elements shares its gradient', () => {
    const x = tf.tensor2d([3, 1, 3, -1, -1, 0], [2, 3]);
    const weighted = (f: (x: tf.Tensor) => tf.Tensor) => (each: tf.Tensor) =>
      tf.sum(tf.mul(f(each), tf.tensor1d([6, 8])));
    expect(
      Array.from(
        tf
          .grad(weighted((each) => tf.max(each, 1)))(x)
          .dataSync(),
      ),
    ).toEqual([3, 0, 3, 0, 0, 8]);
    expect(
      Array.from(
        tf
          .grad(weighted((each) => tf.min(each, -1)))(x)
          .dataSync(),
      ),
    ).toEqual([0, 6, 0, 4, 4, 0]);
    expect(
      Array.from(
        tf
          .grad((each) => tf.max(each))(x)
          .dataSync(),
      ),
    ).toEqual([0.5, 0, 0.5, 0, 0, 0]);
  });

  it('whole quotients do not change', () => {
    expect(both(tf.floorDiv)).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0],
    ]);
  });
});

describe('convolutions of the wasm backend with the padding “same”', () => {
  const cases = [4, 5, 6, 8].flatMap((side) =>
    [1, 2, 3].flatMap((kernel) =>
      [1, 2, 3].flatMap((stride) => [false, true].map((depthwise) => ({ side, kernel, stride, depthwise }))),
    ),
  );

  it.each(cases)('$side, kernel $kernel × 2, strides $stride, depthwise $depthwise', async (chosen) => {
    const { side, kernel, stride, depthwise } = chosen;
    const [x, filter] = [numbers([2, side, 5, 3], 3), numbers([kernel, 2, 3, 2], 5)];
    const run = async (backend: string, plain: boolean): Promise<Float32Array> => {
      await tf.setBackend(backend);
      return tf.tidy(() => {
        const [image, weights] = [tf.tensor4d(x, [2, side, 5, 3]), tf.tensor4d(filter, [kernel, 2, 3, 2])];
        const options = { x: image, filter: weights, strides: stride, pad: 'same' as const };
        const plainly = depthwise ? tf.depthwiseConv2d : tf.conv2d;
        const fused = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
        return (plain ? plainly(image, weights, stride, 'same') : fused(options)).dataSync<'float32'>();
      });
    };
    const expected = await run('cpu', true);
    expect(largestDifference(await run('wasm', true), expected)).toBeLessThan(1e-5 * largest(expected));
    expect(largestDifference(await run('wasm', false), expected)).toBeLessThan(1e-5 * largest(expected));
  });
});
