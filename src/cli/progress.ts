import type { WriteStream } from 'node:tty';
import type { JobProgress } from '../core/engine/service';

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

export function createProgress(stream: Pick<WriteStream, 'write' | 'isTTY'>): Progress {
  let shown = '';
  const show = (text: string) => {
    if (!stream.isTTY || text === shown) return;
    stream.write(`\r\u001b[K${text}`);
    shown = text;
  };
  return {
    report: ({ stage, done, total }) => {
      const percent = total > 1 ? ` ${Math.floor((100 * done) / total)} %` : '';
      show(`${STAGES[stage]} …${percent}`);
    },
    clear: () => show(''),
  };
}
