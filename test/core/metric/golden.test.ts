import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PixelImage } from '../../../src/core/image/pixels';
import { resolveParameters } from '../../../src/core/method/parameters';
import { findMetric } from '../../../src/core/metric/registry';
import { withControls } from '../../../src/core/metric/withControls';
import { classifierOf, imageOf, tanhNet } from '../nets';
import { mapLike, subjectOf } from './measure';

interface Golden {
  readonly seed: number;
  readonly class: number;
  readonly inner: readonly (readonly number[])[];
  readonly outer: readonly (readonly number[])[];
  readonly image: readonly number[];
  readonly cases: readonly {
    readonly metric: string;
    readonly parameters: Record<string, unknown>;
    readonly value: number;
    readonly curve?: { readonly x: readonly number[]; readonly y: readonly number[] };
    readonly random: number;
    readonly edges: number;
  }[];
}

/** Made by scripts/golden/metrics.py in float64. */
const golden = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../golden/metrics.json'), 'utf8'),
) as Golden;
const shape = { height: 5, width: 6, channels: 3 } as const;
const net = tanhNet(golden.inner, golden.outer, shape);
const image = imageOf(golden.image, 5, 6, 3);

/** The gradient in steps of a tenth. */
function explain(at: PixelImage) {
  const gradient = net.jacobian([...at.data])[golden.class]!;
  return mapLike(
    at,
    gradient.map((value) => Math.round(10 * value) / 10),
  );
}

/** Scores are float32: a difference of two that are much alike keeps fewer digits. */
const close = (expected: number) => (found: number) =>
  expect(Math.abs(found - expected)).toBeLessThan(1e-8 + 2e-4 * Math.abs(expected));

describe('every number, as NumPy finds it', () => {
  it.each(golden.cases)('$metric $parameters', async ({ metric: id, parameters: given, ...expected }) => {
    const metric = findMetric(id);
    const subject = subjectOf({
      image,
      map: explain(image),
      objective: { kind: 'logit', classIndex: golden.class },
      seed: golden.seed,
      attribute: (images) => Promise.resolve(images.map(explain)),
    });
    const parameters = resolveParameters(metric.parameters, given);
    const [found] = await withControls(metric, classifierOf(net), [subject], parameters, {});
    close(expected.value)(found!.value);
    expect(found!.controls.map((control) => control.id)).toEqual(['random', 'edges']);
    close(expected.random)(found!.controls[0]!.value);
    close(expected.edges)(found!.controls[1]!.value);
    expect(found!.curve?.x).toEqual(expected.curve?.x);
    found!.curve?.y.forEach((value, index) => expect(value).toBeCloseTo(expected.curve!.y[index]!, 6));
    expect(found!.warnings).toEqual([]);
  });

  it('of every metric', () => {
    expect(new Set(golden.cases.map(({ metric }) => metric)).size).toBe(4);
  });
});
