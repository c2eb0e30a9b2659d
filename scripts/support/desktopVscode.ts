import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { findProgram } from './chromium';
import { cacheFolder } from './paths';

/** True where a desktop program can open a window. */
export function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/** The desktop VS Code: `code` on the PATH, else a download kept in the cache; undefined where neither can be had. */
export async function findDesktopVscode(): Promise<string | undefined> {
  const installed = findProgram('code');
  if (installed) return installed;
  try {
    return await downloadAndUnzipVSCode({ cachePath: cacheFolder('vscode'), timeout: 20_000 });
  } catch {
    return undefined;
  }
}
