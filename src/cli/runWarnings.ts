import type { RunRecord } from '../training/run/record';

/** Says what is to be known of a run and of its data set, each thing once. */
export interface RunWarnings {
  readonly tell: (record: RunRecord) => void;
}

/** Files listed by name; the record has more of them. */
const LISTED = 10;

/** Warnings as lines for `write`, with the files that were left out and why. */
export function createRunWarnings(write: (line: string) => void): RunWarnings {
  const told = new Set<string>();
  const once = (line: string) => {
    if (told.has(line)) return;
    told.add(line);
    write(`${line}\n`);
  };
  return {
    tell({ warnings, dataset, leftOut }) {
      const { info } = dataset;
      for (const text of [...info.warnings, ...warnings]) once(`Warning: ${text}`);
      listFiles(info.unreadable, info.unreadableCount, once);
      if (leftOut) listFiles(leftOut.files, leftOut.count, once);
    },
  };
}

function listFiles(
  files: readonly { readonly path: string; readonly reason: string }[],
  count: number,
  write: (line: string) => void,
): void {
  for (const { path, reason } of files.slice(0, LISTED)) write(`  ${path}: ${reason.replace(/\s+/g, ' ')}`);
  const more = count - Math.min(files.length, LISTED);
  if (more > 0)
    write(`  and ${more.toLocaleString('en-US')} more${files.length > LISTED ? ', listed in run.json' : ''}`);
}
