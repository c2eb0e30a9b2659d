import { UserError } from '../../core/errors';

/** Full, beyond a quota or a limit on the size of files, not to be written, broken. */
const CODES = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS', 'EIO'];

/** The code of a failure of the disk; undefined for other errors. */
export function diskFailure(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return code !== undefined && CODES.includes(code) ? code : undefined;
}

/** A failure of the disk in words that say what to do, `next` being the last of it; other errors as they are. */
export function explainDisk(error: unknown, next: string): unknown {
  const code = diskFailure(error);
  if (code === undefined) return error;
  return new UserError(
    'file-unwritable',
    `The run's folder could not be written (${code}).`,
    `Make room there or allow writing, then ${next}.`,
  );
}
