import { read } from '../../core/schema/schema';
import type { RunStatus } from '../../training/run/record';
import { runHead } from '../../training/run/record';

/** What the list of runs shows of a run's record. */
export interface RunHead {
  readonly name: string;
  readonly created: string;
  readonly status: RunStatus;
  readonly network: string;
  readonly dataset: string;
  readonly step: number;
  readonly steps: number;
  /** Share of the test images that was right, else of the validation images after the last epoch. */
  readonly accuracy?: number;
}

/** A run's record as it was found: files are edited, cut short and mixed up. Throws a `TypeError` for what is none. */
export function readRunHead(value: unknown): RunHead {
  const { name, created, status, network, dataset, step, steps, epochs, test } = read(runHead, value);
  const accuracy = test?.accuracy ?? epochs.at(-1)?.validation?.accuracy;
  return {
    name,
    created,
    status,
    network: network.source,
    dataset: dataset.info.name,
    step,
    steps,
    ...(accuracy === undefined ? {} : { accuracy }),
  };
}
