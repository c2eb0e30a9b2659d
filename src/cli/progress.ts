import type { JobProgress } from '../engine/calls/service';
import { createStatusLine } from './terminal';

/** A line on a terminal that says what is going on; nothing where standard error is no terminal. */
export interface Progress {
  readonly report: (progress: JobProgress) => void;
  readonly clear: () => void;
}

const STAGES: Readonly<Record<JobProgress['stage'], string>> = {
  model: 'Loading the model',
  image: 'Reading the image',
  compute: 'Computing',
};

export function createProgress(): Progress {
  const { show, clear } = createStatusLine();
  return {
    report: ({ stage, done, total }) => {
      const percent = total > 1 ? ` ${Math.floor((100 * done) / total)} %` : '';
      show(`${STAGES[stage]} …${percent}`);
    },
    clear,
  };
}
