import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../src/core/graph/builder';
import type { Attributes } from '../../../src/core/graph/graph';
import { floats, sizeOf, type Shape } from '../../../src/core/graph/tensor';
import { derivativeError, distinctNumbers, randomNumbers } from './support';

const RUNS = { numRuns: 12 };
const seeds = fc.integer({ min: 1, max: 1_000_000 });

/** Attributes of a window over one, two or three axes, and an input that it fits into. */
const windows = fc
  .integer({ min: 1, max: 3 })
  .chain((rank) => {
    const list = (min: number, max: number): fc.Arbitrary<number[]> =>
      fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
    return fc.record({
      kernel: list(1, 3),
      strides: list(1, 3),
      dilations: list(1, 2),
      begin: list(0, 2),
      end: list(0, 2),
      more: list(0, 4),
      mode: fc.constantFrom('NOTSET', 'NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'),
    });
  })
  .map(({ kernel, strides, dilations, begin, end, more, mode: asked }) => {
    // ONNX Runtime refuses SAME where a stride is longer than its window.
    const mode = strides.some((stride, axis) => stride > kernel[axis]!) ? 'NOTSET' : asked;
    // auto_pad and dilation do not go together in ONNX Runtime's pooling.
    const dilated = mode === 'NOTSET' ? dilations : dilations.map(() => 1);
    const pads = [...begin, ...end].map((pad, index) => Math.min(pad, kernel[index % kernel.length]! - 1));
    const spatial = kernel.map((size, axis) => dilated[axis]! * (size - 1) + 1 + more[axis]!);
    const window: Attributes = {
      kernel_shape: kernel,
      strides,
      ...(mode === 'NOTSET' ? { pads, dilations: dilated } : { auto_pad: mode }),
    };
    return { kernel, spatial, window };
  });

describe('convolutions', () => {
  it('differentiates Conv', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.constantFrom([1, 2, 3], [1, 6, 5], [2, 3, 2], [3, 2, 1], [6, 1, 1], [5, 1, 2], [8, 1, 1]),
        fc.boolean(),
        seeds,
        async ({ kernel, spatial, window }, [group, inner, outer], biased, seed) => {
          const [c, m] = [group * inner, group * outer];
          const weight = floats([m, inner, ...kernel], randomNumbers(m * inner * sizeOf(kernel), seed + 3));
          const make = (builder: GraphBuilder, x: string): string => {
            const bias = biased ? [builder.constant(floats([m], randomNumbers(m, seed + 4)))] : [];
            return builder.add('Conv', [x, builder.constant(weight), ...bias], { ...window, group: group });
          };
          expect(await derivativeError([1, c, ...spatial], make, { seed })).toBeLessThan(5e-3);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('differentiates ConvTranspose', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.constantFrom([1, 2, 3], [2, 3, 2], [4, 1, 1], [3, 1, 2]),
        fc.integer({ min: 0, max: 2 }),
        seeds,
        async ({ kernel, spatial, window }, [group, inner, outer], extra, seed) => {
          const c = group * inner;
          const strides = window.strides as number[];
          const output_padding = strides.map((stride) =>
            window.auto_pad === undefined ? Math.min(extra, stride - 1) : 0,
          );
          const weight = floats([c, outer, ...kernel], randomNumbers(c * outer * sizeOf(kernel), seed + 3));
          const make = (builder: GraphBuilder, x: string): string =>
            builder.add('ConvTranspose', [x, builder.constant(weight)], { ...window, group: group, output_padding });
          expect(await derivativeError([1, c, ...spatial], make, { seed })).toBeLessThan(5e-3);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('differentiates ConvTranspose to a given size', async () => {
    const weight = floats([2, 1, 3, 3], randomNumbers(18, 5));
    for (const auto_pad of ['NOTSET', 'SAME_UPPER', 'SAME_LOWER']) {
      const make = (builder: GraphBuilder, x: string): string =>
        builder.add('ConvTranspose', [x, builder.constant(weight)], {
          strides: [2, 2],
          output_shape: [6, 8],
          auto_pad,
        });
      expect(await derivativeError([1, 2, 3, 4], make)).toBeLessThan(2e-3);
    }
  });

  it('differentiates a picture convolved with itself', async () => {
    const make = (builder: GraphBuilder, x: string): string => builder.add('Conv', [x, x], { pads: [1, 1, 0, 1] });
    expect(await derivativeError([1, 1, 2, 3], make)).toBeLessThan(2e-3);
  });
});

describe('pooling', () => {
  it('differentiates MaxPool', async () => {
    await fc.assert(
      fc.asyncProperty(windows, fc.constantFrom(0, 1), seeds, async ({ spatial, window }, ceil_mode, seed) => {
        const shape = [1, 2, ...spatial];
        const make = (builder: GraphBuilder, x: string): string =>
          builder.add('MaxPool', [x], { ...window, ceil_mode: window.auto_pad === undefined ? ceil_mode : 0 });
        const x = distinctNumbers(sizeOf(shape), seed);
        expect(await derivativeError(shape, make, { seed, x })).toBeLessThan(5e-3);
      }),
      { numRuns: 30 },
    );
  });

  it('differentiates AveragePool', async () => {
    await fc.assert(
      fc.asyncProperty(
        windows,
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 1),
        seeds,
        async ({ spatial, window }, ceil_mode, count_include_pad, seed) => {
          const make = (builder: GraphBuilder, x: string): string =>
            builder.add('AveragePool', [x], {
              ...window,
              count_include_pad,
              ceil_mode: window.auto_pad === undefined ? ceil_mode : 0,
            });
          expect(await derivativeError([1, 2, ...spatial], make, { seed })).toBeLessThan(5e-3);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    { strides: [2, 2], kernel_shape: [2, 2], spatial: [6, 4] },
    { strides: [2, 2], kernel_shape: [2, 2], spatial: [7, 5] },
    { strides: [3, 1], kernel_shape: [3, 1], spatial: [6, 4] },
    { strides: [1, 1], kernel_shape: [3, 3], spatial: [5, 5], pads: [1, 1, 1, 1] },
    { strides: [7, 7], kernel_shape: [7, 7], spatial: [7, 7] },
  ])('differentiates AveragePool without overlap or stride: $kernel_shape by $strides on $spatial', async (each) => {
    const { spatial, ...attributes } = each;
    const make = (builder: GraphBuilder, x: string): string => builder.add('AveragePool', [x], attributes);
    expect(await derivativeError([1, 2, ...spatial], make)).toBeLessThan(2e-3);
  });

  it.each(['GlobalAveragePool', 'GlobalMaxPool'])('differentiates %s', async (op) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
        seeds,
        async (spatial, seed) => {
          const shape = [2, 3, ...spatial];
          const make = (builder: GraphBuilder, x: string): string => builder.add(op, [x]);
          const x = distinctNumbers(sizeOf(shape), seed);
          expect(await derivativeError(shape, make, { seed, x })).toBeLessThan(5e-3);
        },
      ),
      RUNS,
    );
  });
});

describe('Resize', () => {
  const coordinates = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners', 'half_pixel_symmetric'];
  const sides = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));

  it('differentiates every mode and way of counting coordinates', async () => {
    await fc.assert(
      fc.asyncProperty(
        sides,
        sides,
        fc.constantFrom('nearest', 'linear', 'cubic'),
        fc.constantFrom(...coordinates),
        fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
        fc.constantFrom(0, 1),
        fc.boolean(),
        async (from, to, mode, coordinate_transformation_mode, nearest_mode, exclude_outside, byScale) => {
          const shape: Shape = [1, 2, ...from];
          const attributes = {
            mode,
            coordinate_transformation_mode,
            ...(mode === 'nearest' && { nearest_mode }),
            ...(mode === 'cubic' && { exclude_outside }),
          };
          const make = (builder: GraphBuilder, x: string): string => {
            if (!byScale) return builder.add('Resize', [x, '', '', builder.indices([1, 2, ...to])], attributes);
            const scales = from.map((size, axis) => (to[axis]! + 0.3) / size);
            return builder.add('Resize', [x, '', builder.constant(floats([4], [1, 1, ...scales]))], attributes);
          };
          expect(await derivativeError(shape, make)).toBeLessThan(5e-3);
        },
      ),
      { numRuns: 80 },
    );
  });

  it.each([
    ['linear', 0],
    ['linear', 1],
    ['cubic', 0],
    ['cubic', 1],
  ] as const)('differentiates antialiased %s (exclude_outside %d)', async (mode, exclude_outside) => {
    const make = (builder: GraphBuilder, x: string): string =>
      builder.add('Resize', [x, '', '', builder.indices([1, 1, 3, 4])], { mode, antialias: 1, exclude_outside });
    expect(await derivativeError([1, 1, 7, 9], make)).toBeLessThan(5e-3);
  });

  it.each([
    [[2, 2], 'asymmetric', 'floor'],
    [[2, 3], 'half_pixel', 'round_prefer_floor'],
    [[1, 2], 'asymmetric', 'floor'],
  ] as const)('differentiates repetition by %j', async (factors, coordinate_transformation_mode, nearest_mode) => {
    const make = (builder: GraphBuilder, x: string): string =>
      builder.add('Resize', [x, '', builder.constant(floats([4], [1, 1, ...factors]))], {
        mode: 'nearest',
        coordinate_transformation_mode,
        nearest_mode,
      });
    expect(await derivativeError([2, 2, 3, 2], make)).toBeLessThan(2e-3);
  });

  it('differentiates named axes, other ranks and a kept aspect ratio', async () => {
    const one = (builder: GraphBuilder, x: string): string =>
      builder.add('Resize', [x, '', '', builder.indices([7])], { mode: 'linear', axes: [-1] });
    expect(await derivativeError([2, 3, 4], one)).toBeLessThan(2e-3);
    const kept = (builder: GraphBuilder, x: string): string =>
      builder.add('Resize', [x, '', '', builder.indices([6, 6])], {
        mode: 'linear',
        axes: [2, 3],
        keep_aspect_ratio_policy: 'not_larger',
      });
    expect(await derivativeError([1, 1, 3, 4], kept)).toBeLessThan(2e-3);
  });
});

describe('normalisations', () => {
  const shapes = fc
    .array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 2 })
    .map((spatial): Shape => [2, 4, ...spatial]);
  const vector = (builder: GraphBuilder, size: number, seed: number, offset = 0): string =>
    builder.constant(
      floats(
        [size],
        randomNumbers(size, seed).map((value) => value + offset),
      ),
    );

  it('differentiates BatchNormalization, also of vectors', async () => {
    for (const shape of [
      [2, 4, 3, 2],
      [3, 4],
      [1, 4, 5],
    ]) {
      const make = (builder: GraphBuilder, x: string): string => {
        const [scale, bias, mean, variance] = [0, 1, 2, 3].map((index) =>
          vector(builder, 4, index + 2, index === 3 ? 1.5 : 0),
        ) as [string, string, string, string];
        return builder.add('BatchNormalization', [x, scale, bias, mean, variance], { epsilon: 1e-3 });
      };
      expect(await derivativeError(shape, make)).toBeLessThan(2e-3);
    }
  });

  it('differentiates LayerNormalization over any last axes', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        seeds,
        async (shape, from, biased, seed) => {
          const axis = Math.min(from, shape.length - 1);
          const own = shape.slice(axis);
          const make = (builder: GraphBuilder, x: string): string => {
            const scale = builder.constant(floats(own, randomNumbers(sizeOf(own), seed + 1)));
            const bias = biased ? [builder.constant(floats(own, randomNumbers(sizeOf(own), seed + 2)))] : [];
            return builder.add('LayerNormalization', [x, scale, ...bias], { axis: axis - shape.length, epsilon: 1e-3 });
          };
          expect(await derivativeError(shape, make, { seed, step: 3e-3 })).toBeLessThan(1e-2);
        },
      ),
      RUNS,
    );
  });

  it('knows the shapes of the statistics of LayerNormalization', async () => {
    const make = (builder: GraphBuilder, x: string): string => {
      const outputs = builder.addMany('LayerNormalization', [x, vector(builder, 3, 2)], 3);
      expect(builder.shape(outputs[1]!)).toEqual([2, 1]);
      return outputs[0]!;
    };
    expect(await derivativeError([2, 3], make, { step: 3e-3 })).toBeLessThan(1e-2);
  });

  it('differentiates InstanceNormalization', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, seeds, async (shape, seed) => {
        const make = (builder: GraphBuilder, x: string): string =>
          builder.add('InstanceNormalization', [x, vector(builder, 4, seed), vector(builder, 4, seed + 1)], {
            epsilon: 0.01,
          });
        expect(await derivativeError(shape, make, { seed, step: 3e-3 })).toBeLessThan(1e-2);
      }),
      RUNS,
    );
  });

  it('differentiates GroupNormalization with a scale per channel', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.constantFrom(1, 2, 4), seeds, async (shape, num_groups, seed) => {
        const make = (builder: GraphBuilder, x: string): string =>
          builder.add('GroupNormalization', [x, vector(builder, 4, seed), vector(builder, 4, seed + 1)], {
            num_groups,
            epsilon: 0.01,
          });
        expect(await derivativeError(shape, make, { seed, step: 3e-3 })).toBeLessThan(1e-2);
      }),
      RUNS,
    );
  });

  it('differentiates LRN', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 3, 5), fc.integer({ min: 1, max: 7 }), seeds, async (size, c, seed) => {
        const make = (builder: GraphBuilder, x: string): string =>
          builder.add('LRN', [x], { size, alpha: 0.9, beta: 0.6, bias: 1.2 });
        expect(await derivativeError([1, c, 2, 2], make, { seed })).toBeLessThan(5e-3);
      }),
      RUNS,
    );
  });
});
