import path from 'node:path';

/** Folder of the running module: of the bundle, or of this file when run from source. */
export function moduleFolder(): string {
  return typeof __dirname === 'string' ? __dirname : path.dirname(process.argv[1] ?? process.cwd());
}
