import type { RunStatus } from '../../core/training/run/record';
import type { Reader } from '../../protocol/read';
import { array, choice, integer, literal, measured, object, string } from '../../protocol/read';

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

const statuses: readonly RunStatus[] = ['running', 'paused', 'stopped', 'finished', 'failed'];
const count = integer(0);
const scores = object({ accuracy: measured });

const head = object(
  {
    kind: literal('training'),
    name: string(),
    created: string(100),
    status: choice(statuses),
    network: object({ source: string() }),
    dataset: object({ info: object({ name: string() }) }),
    step: count,
    steps: count,
    epochs: array(object({}, { validation: scores }), 1e6),
  },
  { test: scores },
);

/** A run's record as it was found: files are edited, cut short and mixed up. */
export const readRunHead: Reader<RunHead> = (value) => {
  const { name, created, status, network, dataset, step, steps, epochs, test } = head(value);
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
};
