import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from './machine';
import { machineName } from './machine';
import type { Spread } from './statistics';
import type { AnyTask } from './taskNames';

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

/** What stands before a first map, in processes of their own. */
export interface FirstGradient {
  readonly model: string;
  /** Load average. */
  readonly load: number;
  /** Milliseconds from the start of the program (that of Node left out) to the loaded model. */
  readonly loading: Spread;
  /** Milliseconds of the first run of the registered method `gradient`. */
  readonly first: Spread;
}

/** 2: the rows call the product's registered methods, and its way of loading. */
const FORMAT = 2;

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
  readonly format?: number;
  readonly machine: Machine;
  readonly threads: number;
  readonly torch?: string;
  readonly models: Readonly<Record<string, string>>;
  readonly measurements: readonly Measurement[];
  readonly firstGradients: readonly FirstGradient[];
  readonly trainingLife?: TrainingLife;
}

/** Where a day's results of this kind of machine are kept. */
export function resultsFile(folder: string, machine: Machine, threads: number): string {
  const day = new Date().toISOString().slice(0, 10);
  return path.join(folder, `${day}-${machineName(machine)}-${threads}-threads.json`);
}

/**
 * Adds to the day's file what was measured; what is there of the same model and task is replaced, and all of it where its rows
 * meant something else.
 */
export function saveResults(file: string, results: Results): Results {
  const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
  const known = found?.format === FORMAT ? found : undefined;
  const merged: Results = {
    ...known,
    ...results,
    format: FORMAT,
    models: { ...known?.models, ...results.models },
    ...((results.torch ?? known?.torch) !== undefined && { torch: (results.torch ?? known?.torch)! }),
    measurements: [
      ...(known?.measurements ?? []).filter(
        (old) => !results.measurements.some(({ model, task }) => model === old.model && task === old.task),
      ),
      ...results.measurements,
    ],
    firstGradients: [
      ...(known?.firstGradients ?? []).filter(
        (old) => !results.firstGradients.some(({ model }) => model === old.model),
      ),
      ...results.firstGradients,
    ],
  };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  return merged;
}
