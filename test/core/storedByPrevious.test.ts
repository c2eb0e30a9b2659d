import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRun } from '../../src/training/run/openRun';
import { readFrames } from '../../src/training/run/readFrames';
import { readMaps } from '../../src/training/run/readMaps';
import type { AttributionResult } from '../../src/engine/calls/service';
import { filesOf, resultFrom } from '../../src/extension/results/resultFiles';
import { readRunHead } from '../../src/extension/training/readRunHead';
import { readSavedState } from '../../webview-ui/savedState';
import { readTrainingSaved } from '../../webview-ui/training/saved';

/** What version 0.1.0 wrote, before its files were declared by schemas; only the paths in it were changed. */
const stored = path.resolve(import.meta.dirname, '../golden/stored');
const json = (...names: string[]): unknown => JSON.parse(readFileSync(path.join(stored, ...names), 'utf8'));
const open = (name: string) =>
  resultFrom(async (file) => new Uint8Array(await readFile(path.join(stored, name, file))));

describe('what an earlier version stored', () => {
  let folder: string;
  beforeEach(() => {
    // Opening a run looks whether another process holds it.
    folder = mkdtempSync(path.join(os.tmpdir(), 'gradient-lens-stored-'));
    cpSync(path.join(stored, 'run'), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['attribution', 'attack', 'integrated'])('opens, every number of it: %s', async (name) => {
    const result = await open(name);
    expect(result.record).toEqual(json(name, 'record.json'));
    expect(result.classNames).toHaveLength(10);
    expect(result.input.data).toHaveLength(28 * 28);
  });

  it('is told from a map of another shape, but may have one value for all channels', async () => {
    const { record, ...rest } = (await open('attribution')) as AttributionResult;
    const { height, width } = record.model.input;
    const input = { data: new Float32Array(3 * height * width).fill(0.5), height, width, channels: 3 as const };
    const colour = { ...record, model: { ...record.model, input: { height, width, channels: 3 as const } } };
    const reopened = (channels: number) => {
      const data = Float32Array.from({ length: channels * height * width }, (_, index) => index);
      const map = { data, height, width, channels };
      const files = filesOf({ ...rest, record: colour, input, map });
      return resultFrom(async (file) => files.get(file)!).then((result) => [(result as AttributionResult).map, map]);
    };
    for (const channels of [1, 3]) {
      const [found, kept] = await reopened(channels);
      expect(found).toEqual(kept);
    }
    await expect(reopened(2)).rejects.toThrow(expect.objectContaining({ code: 'file-missing' }));
  });

  it('opens as a run, with its frames, maps and place in the list', async () => {
    const run = await openRun(folder);
    expect(run.record).toEqual(json('run', 'run.json'));
    expect(Array.from(run.history.loss, (loss) => loss.toFixed(4))).toEqual(['4.2723', '1.8719', '0.9193', '1.2248']);
    expect(run.frames.steps).toEqual([0, 1, 2, 3, 4]);
    expect((await readFrames(folder, { from: 0, to: 5, stride: 1 })).map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    const maps = await readMaps(folder, 1);
    expect([maps.count, maps.integrated.data.length, maps.lossCurve.length]).toEqual([5, 256, 5]);
    expect(readRunHead(json('run', 'run.json'))).toMatchObject({ name: 'An old run', steps: 4, accuracy: 0.5 });
  });

  it('is taken from a page, and said where it is not', () => {
    const told: string[] = [];
    const tell = (misfit: string) => void told.push(misfit);
    const view = { reduce: 'sum', sign: 'positive', clipPercent: 2, colorMap: 'viridis', opacity: 0.5 };
    const panel = { v: 1, recordId: 'a-1', view, perturbation: 'amplified', displayOpen: false, classesAsTable: true };
    const since = { photoView: {}, photoExact: false, unclamped: false };
    expect(readSavedState(panel, tell)).toEqual({ ...panel, ...since });
    const training = json('training-page.json') as object;
    expect(readTrainingSaved(training, tell)).toEqual(training);
    expect(told).toEqual([]);

    const worn = { ...panel, view: { ...view, opacity: 2, sign: 'sideways' }, displayOpen: 'yes' };
    expect(readSavedState(worn, tell)).toEqual({
      ...panel,
      ...since,
      view: { reduce: 'sum', clipPercent: 2, colorMap: 'viridis' },
      displayOpen: true,
    });
    const { options } = json('training-page.json') as { readonly options: object };
    expect(readTrainingSaved({ ...training, options: { ...options, batchSize: 65_536 }, speed: 0 }, tell)).toEqual({
      ...Object.fromEntries(Object.entries(training).filter(([key]) => key !== 'options')),
      speed: 1,
    });
    expect(told).toEqual([
      'view.sign: not one of "all", "positive", "negative", "absolute"',
      'view.opacity: not a number from 0 to 1',
      'displayOpen: not true or false',
      'options.batchSize: not a whole number from 1 to 4096',
      'speed: not a number from 1 to 64',
    ]);
    for (const other of [undefined, null, 7, { v: 2 }]) {
      expect(readSavedState(other, tell).perturbation).toBe('centred');
      expect(readTrainingSaved(other, tell).smoothing).toBe(0.9);
    }
  });
});
