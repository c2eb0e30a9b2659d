import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from './machine';
import { machineName } from './machine';
import type { Spread } from './statistics';
import type { AnyTask } from './tasks';

/** One contender in one task. */
export interface Entry {
  readonly name: string;
  /** Milliseconds. */
  readonly time: Spread;
  readonly peakBytes: number;
  /** Our time / this one's, turn by turn. */
  readonly ratio: Spread;
  /** Cosine between our map and this one's. */
  readonly agreement: number;
  /** Share of the cores that other processes had during the turns. */
  readonly others?: Spread;
}

export interface Measurement {
  readonly model: string;
  readonly task: AnyTask;
  readonly when: string;
  /** Load average before and after. */
  readonly load: number;
  readonly loadAfter: number;
  /** The engine that the ratios are of comes first. */
  readonly entries: readonly Entry[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

/** Steps before the first gradient, milliseconds. */
export interface PreparationTimes {
  readonly model: string;
  readonly load: number;
  readonly read: Spread;
  readonly derive: Spread;
  readonly session: Spread;
}

/** A training in a process of its own, watching 16 images, beside which attribution is asked for. */
export interface TrainingLife {
  /** Milliseconds of one picture's attribution, without and with the training. */
  readonly alone: Spread;
  readonly beside: Spread;
  /** Resident memory of the training's process, so many minibatches apart; absent where the system does not tell. */
  readonly minibatches: number;
  readonly memory?: { readonly first: number; readonly last: number };
}

export interface Results {
  readonly machine: Machine;
  readonly threads: number;
  readonly torch?: string;
  readonly models: Readonly<Record<string, string>>;
  readonly measurements: readonly Measurement[];
  readonly preparations: readonly PreparationTimes[];
  readonly trainingLife?: TrainingLife;
}

/** Where a day's results of this kind of machine are kept. */
export function resultsFile(folder: string, machine: Machine, threads: number): string {
  const day = new Date().toISOString().slice(0, 10);
  return path.join(folder, `${day}-${machineName(machine)}-${threads}-threads.json`);
}

/** Adds to the day's file what was measured; what is there of the same model and task is replaced. */
export function saveResults(file: string, results: Results): Results {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
  const merged: Results = {
    ...known,
    ...results,
    models: { ...known?.models, ...results.models },
    ...((results.torch ?? known?.torch) !== undefined && { torch: (results.torch ?? known?.torch)! }),
    measurements: [
      ...(known?.measurements ?? []).filter(
        (old) => !results.measurements.some(({ model, task }) => model === old.model && task === old.task),
      ),
      ...results.measurements,
    ],
    preparations: [
      ...(known?.preparations ?? []).filter((old) => !results.preparations.some(({ model }) => model === old.model)),
      ...results.preparations,
    ],
  };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  return merged;
}
