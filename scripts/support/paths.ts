import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Where downloads are kept between runs and between clones; `GRADIENT_LENS_CACHE` moves it. */
export function cacheFolder(...names: string[]): string {
  const base = process.env.GRADIENT_LENS_CACHE ?? path.join(userCache(), 'gradient-lens');
  return path.join(base, ...names);
}

function userCache(): string {
  if (process.platform === 'win32') return process.env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  return process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
}

/** A new folder that goes when this process ends. */
export function temporaryFolder(prefix: string): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), prefix)));
  process.once('exit', () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // A browser that is just ending may still write; the system clears its temporary folder itself.
    }
  });
  return folder;
}
