import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttributionRecord } from '../../src/core/result/kinds/attribution';
import type { MetricSummary } from '../../src/core/result/measurementSummary';
import { type Bundle, bundleProgram, wasmFiles } from '../engine/support/bundle';
import { makeFolder } from '../engine/support/folder';
import { writeGreyPng, writeLinearModel } from '../engine/support/linearModel';
import { type Ended, runProgram } from './support/runProgram';

const bytes = Array.from({ length: 16 }, (_, index) => (index * 83 + 31) % 256);
const folder = makeFolder();
const at = (...names: string[]) => path.join(folder.path, ...names);
let bundle: Bundle;

beforeAll(async () => {
  bundle = await bundleProgram('src/cli/main.ts', wasmFiles());
  const weights = bytes.map((_, index) => [Math.sin(7 * index), Math.cos(5 * index)]);
  writeLinearModel(at('linear'), { height: 4, width: 4, weights, bias: [0, 0.1], classes: ['cat', 'dog'] });
  await writeGreyPng(at('x.png'), bytes, 4, 4);
  mkdirSync(at('photos', 'dog'), { recursive: true });
  mkdirSync(at('empty'));
  for (const [name, turn] of [
    ['2.png', 1],
    ['10.png', 5],
    ['dog/3.png', 9],
  ] as const)
    // prettier-ignore
    await writeGreyPng(at('photos', name), [...bytes.slice(turn), ...bytes.slice(0, turn)], 4, 4);
  writeFileSync(at('photos', 'broken.png'), 'This is a text.\n');
  writeFileSync(at('photos', 'notes.txt'), 'No picture.\n');
  symlinkSync(at('photos'), at('photos', 'again'));
});
afterAll(() => {
  bundle.remove();
  folder.remove();
});

function evaluate(...values: string[]): Promise<Ended> {
  return runProgram(
    bundle.file,
    ['evaluate', ...values, '--model', 'linear/model.json', '--engine', 'cpu'],
    folder.path,
  );
}

type Document = AttributionRecord & {
  readonly engine: string;
  readonly measurements: readonly { readonly metric: string; readonly verdict: string; readonly value: number }[];
};

describe('evaluate', () => {
  it('prints a line for each metric with its controls, its direction and the verdict in words', async () => {
    const { status, stdout, stderr } = await evaluate('x.png', '--method', 'gradient');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^method +gradient$/m);
    expect(stdout).toMatch(/^metric +value +random map +edge detector +better/m);
    expect(stdout).toMatch(/^deletion +0\.\d+ +0\.\d+ +0\.\d+ +lower +(better than both|no better than)/m);
    expect(stdout).toMatch(/^insertion .* higher +/m);
    expect(stdout).toMatch(/^max-sensitivity +0 +1\.\d+ +0\.\d+ +lower +better than both controls$/m);
  });

  it('gives one document of one image, with the metrics that are asked for and their parameters', async () => {
    const asked = ['x.png', '--method', 'input-x-gradient', '--class', 'dog', '--seed', '7', '--json'];
    const { stdout, stderr } = await evaluate(
      ...asked,
      ...[
        '--metrics',
        'insertion,deletion',
        '--metric-param',
        'deletion.steps=4',
        '--metric-param',
        'deletion.baseline=white',
      ],
    );
    expect(stderr).toBe('');
    const document = JSON.parse(stdout) as Document;
    expect(document).toMatchObject({ kind: 'evaluation', engine: 'cpu', method: 'input-x-gradient', seed: 7 });
    expect(document.objective.className).toBe('dog');
    expect(document.classes).toHaveLength(2);
    const [insertion, deletion] = document.measurements;
    expect(insertion).toMatchObject({ metric: 'insertion', parameters: { steps: 10 }, better: 'higher' });
    expect(deletion).toMatchObject({
      metric: 'deletion',
      parameters: { steps: 4, baseline: 'white' },
      better: 'lower',
    });
    expect(deletion!.verdict).toMatch(/^(better|no better) than/);
    const again = JSON.parse((await evaluate(...asked, '--metrics', 'insertion')).stdout) as Document;
    expect(again.measurements[0]!.value).toBe(insertion!.value);
  });

  it('of a folder: every picture in it and below in natural order, means, and what fails is said', async () => {
    const { status, stdout, stderr } = await evaluate('photos', '--metrics', 'deletion,max-sensitivity', '--json');
    expect(status).toBe(2);
    expect(stderr).toMatch(/broken\.png/);
    const { kind, summary, results } = JSON.parse(stdout) as {
      readonly kind: string;
      readonly summary: readonly MetricSummary[];
      readonly results: readonly Document[];
    };
    expect(kind).toBe('evaluations');
    expect(results.map((each) => [each.kind, path.relative(at('photos'), each.image.path!)])).toEqual([
      ['evaluation', '2.png'],
      ['evaluation', '10.png'],
      ['error', 'broken.png'],
      ['evaluation', path.join('dog', '3.png')],
    ]);
    const values = results.flatMap(({ measurements = [] }) => measurements.slice(0, 1).map(({ value }) => value));
    expect(summary.map(({ metric, images }) => [metric, images])).toEqual([
      ['deletion', 3],
      ['max-sensitivity', 3],
    ]);
    expect(summary[0]!.mean).toBeCloseTo((values[0]! + values[1]! + values[2]!) / 3, 12);
    const table = (await evaluate('photos', '--metrics', 'deletion')).stdout;
    expect(table).toMatch(/^10\.png +(cat|dog) +0\.\d+$/m);
    expect(table).toMatch(/^broken\.png +failed$/m);
    expect(table).toMatch(/^deletion +0\.\d+ +0\.\d+ +0\.\d+ +0\.\d+ +lower +\d and \d of 3$/m);
  });

  it.each([
    [['x.png', '--metrics', 'beauty'], /no metric "beauty"/],
    [['x.png', '--metrics', 'deletion', '--metric-param', 'insertion.steps=3'], /"insertion" is not among/],
    [['x.png', '--metric-param', 'steps=3'], /no parameter of a metric/],
    [['x.png', '--metric-param', 'deletion.steps=many'], /"many"/],
    [['x.png', '--method', 'training-integrated'], /checkpoints/],
    [['absent.png'], /absent\.png/],
    [['empty'], /holds no pictures/],
    [[], /image/],
  ])('%j: a sentence, a hint, status 2', async (values, message) => {
    const { status, stdout, stderr } = await evaluate(...values);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
