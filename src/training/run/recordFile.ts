import { misfitText, reading } from '../../core/schema/schema';
import { damagedRun, readOwn, replaceFile } from './ownFiles';
import type { RunRecord } from './record';
import { runRecord } from './record';

export const RECORD_FILE = 'run.json';
const LARGEST = 64 * 1024 ** 2;

/** The record of the run in `folder`. Throws `UserError('training-failed')` where there is none or it is not one. */
export async function readRecord(folder: string): Promise<RunRecord> {
  let value: unknown;
  const bytes = await readOwn(folder, RECORD_FILE, LARGEST);
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damagedRun(RECORD_FILE, 'is not JSON');
  }
  const { value: record, misfit } = reading(runRecord, value);
  if (misfit) throw damagedRun(RECORD_FILE, `is not the record of a run (${misfitText(misfit)})`);
  return record;
}

/** Writes the record so that it can be read at any moment. */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  await replaceFile(folder, RECORD_FILE, (handle) => handle.writeFile(text), { lasting: false });
}
