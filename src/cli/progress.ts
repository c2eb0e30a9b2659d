import { countOf } from '../core/countOf';
import type { AttributionResult, JobProgress } from '../engine/calls/service';
import { formatNumber } from './table';
import { createStatusLine, type StatusLine } from './terminal';

/** A line on a terminal that says what is going on; nothing where standard error is no terminal. */
export interface Progress {
  readonly report: (progress: JobProgress) => void;
  /** A result that is being refined. */
  readonly refine: (result: AttributionResult) => void;
  readonly clear: () => void;
}

const STAGES: Readonly<Record<JobProgress['stage'], string>> = {
  model: 'Loading the model',
  image: 'Reading the image',
  compute: 'Computing',
};

export function createProgress({ show, clear }: Pick<StatusLine, 'show' | 'clear'> = createStatusLine()): Progress {
  let refined = '';
  return {
    report: ({ stage, done, total }) => {
      const percent = total > 1 ? ` ${Math.floor((100 * done) / total)} %` : '';
      const counted = stage === 'compute' ? `${total > 1 ? ` (${done} of ${total})` : ''}${refined}` : '';
      show(`${STAGES[stage]} …${percent}${counted}`);
    },
    refine: ({ record: { delta, parameters } }) => {
      const steps = parameters.steps === undefined ? '' : ` with ${countOf(Number(parameters.steps), 'step')}`;
      refined = delta === undefined ? '' : `, so far delta ${formatNumber(delta)}${steps}`;
    },
    clear,
  };
}
