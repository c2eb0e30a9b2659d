import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { run } from './command';
import { MissingError } from './missing';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium: `CHROME_PATH`, else one on the PATH, else Debian's package when this is root; else {@link MissingError}. */
export async function prepareChromium(): Promise<string> {
  const found = findChromium();
  if (found) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && findProgram('apt-get')) {
    console.log("Installing Debian's chromium package…");
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new MissingError(
    'Chromium is missing: install it (Debian: apt install chromium) or set CHROME_PATH to a Chrome.',
  );
}

function findChromium(): string | undefined {
  const named = process.env.CHROME_PATH;
  if (named) return named;
  for (const name of NAMES) {
    const program = findProgram(name);
    if (program) return program;
  }
  return undefined;
}

/** Full path of a program on the PATH. */
export function findProgram(name: string): string | undefined {
  const extensions = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const extension of extensions) {
      const file = path.join(folder, name + extension);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        continue;
      }
    }
  }
  return undefined;
}
