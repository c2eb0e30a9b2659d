import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A temporary folder. */
export function makeFolder(): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'gradient-lens-'));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
