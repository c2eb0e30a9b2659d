import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PresetTrial } from '../../src/engine/calls/service';
import type { ModelCheck } from '../../src/core/result/modelCheck';
import { CHECK_TITLES } from '../../src/core/result/modelCheck';
import type { Bundle } from '../engine/support/bundle';
import { bundleProgram, wasmFiles } from '../engine/support/bundle';
import { makeFolder } from '../engine/support/folder';
import type { LinearModel } from '../engine/support/linearModel';
import { logitsOf, writeGreyPng, writeLinearModel } from '../engine/support/linearModel';
import { type Ended, runProgram } from './support/runProgram';

const linear: LinearModel = {
  height: 2,
  width: 2,
  weights: [
    [2, -1],
    [-3, 1],
    [0.5, 2],
    [1, -2],
  ],
  bias: [0.1, -0.2],
  classes: ['cat', 'dog'],
};

let bundle: Bundle;
const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);

beforeAll(async () => {
  bundle = await bundleProgram('src/cli/main.ts', wasmFiles());
  writeLinearModel(at('linear'), linear);
  writeLinearModel(at('dead'), { ...linear, weights: linear.weights.map((row) => row.map(() => 0)) });
  await writeGreyPng(at('x.png'), [255, 51, 102, 0], 2, 2);
  writeFileSync(at('text.png'), 'This is a text.\n');
});
afterAll(() => {
  bundle.remove();
  folder.remove();
});

function info(...values: string[]): Promise<Ended> {
  return runProgram(bundle.file, ['info', ...values, '--engine', 'cpu'], folder.path);
}

interface Document {
  readonly kind: string;
  readonly operators: Readonly<Record<string, number>>;
  readonly check?: Omit<ModelCheck, 'model'>;
}

describe('presets', () => {
  it('are tried on a picture, side by side, but for those of colours', async () => {
    const { status, stdout } = await info('linear', '--try-presets', 'x.png', '--json');
    expect(status).toBe(0);
    const { trials } = JSON.parse(stdout) as { trials: readonly PresetTrial[] };
    expect(trials.map(({ preset }) => preset)).toEqual([undefined, 'unit', 'signed', 'byte']);
    const pixels = [1, 0.2, 0.4, 0];
    const [as, unit, signed, byte] = trials.map(({ pictures }) => pictures[0]!);
    expect(as).toEqual(unit);
    for (const [trial, values] of [
      [unit, pixels],
      [signed, pixels.map((value) => 2 * value - 1)],
      [byte, pixels.map((value) => 255 * value)],
    ] as const) {
      const [logits, flipped] = [values, [1, 0, 3, 2].map((at) => values[at]!)].map((each) => logitsOf(linear, each));
      for (const { index, logit } of trial!.classes) expect(logit).toBeCloseTo(logits![index]!, 3);
      const winner = ([first, second]: number[]) => first! > second!;
      expect(trial!.isStable).toBe(winner(logits!) === winner(flipped!));
    }
  });

  it('are taken by name', async () => {
    const { stdout } = await info('linear', '--preset', 'signed', '--no-check', '--json');
    const { input } = JSON.parse(stdout) as { input: object };
    expect(input).toMatchObject({ range: [-1, 1], source: 'preset signed (chosen); resizing: lens.json' });
  });
});

describe('info', () => {
  it('checks the model and says it in a line each', async () => {
    const { status, stdout } = await info('linear');
    expect(status).toBe(0);
    for (const title of Object.values(CHECK_TITLES)) expect(stdout).toMatch(new RegExp(`^passed +${title}  `, 'm'));
    expect(stdout).toMatch(/^operators +Flatten \(1 ×\), Dense \(1 ×\)$/m);
  });

  it('holds the check in its document, without the model twice', async () => {
    const { status, stdout, stderr } = await info('linear', '--json', '--image', 'x.png', '--seed', '5');
    expect([status, stderr]).toEqual([0, '']);
    const { kind, operators, check } = JSON.parse(stdout) as Document;
    expect(kind).toBe('model');
    expect(operators).toEqual({ Flatten: 1, Dense: 1 });
    expect(check).toMatchObject({ kind: 'model-check', version: 1, seed: 5, verdict: 'passed', secondEngine: 'onnx' });
    expect(check?.image).toMatchObject({ name: 'x.png' });
    expect(check).not.toHaveProperty('model');
  });

  it('does not fail because a check does', async () => {
    const { status, stdout } = await info('dead', '--json');
    expect(status).toBe(0);
    const { check } = JSON.parse(stdout) as Document;
    expect(check?.verdict).toBe('failed');
    expect(check?.checks.find(({ id }) => id === 'gradient')?.sentence).toContain('zero everywhere');
  });

  it('only loads the model with --no-check', async () => {
    const { status, stdout } = await info('linear', '--json', '--no-check');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).not.toHaveProperty('check');
    expect((await info('linear', '--no-check')).stdout).not.toContain('Repeatable');
  });

  it('refuses a model or an image that is none with status 2', async () => {
    expect((await info('absent')).status).toBe(2);
    expect(await info('linear', '--image', 'text.png')).toMatchObject({ status: 2, stdout: '' });
  });
});
