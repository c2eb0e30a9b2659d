import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Uri } from 'vscode';
import { workspace } from 'vscode';
import { settings } from '../config';

/** Where runs go: the setting, relative to the first workspace folder on the disk, else to the extension's own storage. */
export function trainingFolder(globalStorage: Uri): string {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  return path.resolve((folder?.uri ?? globalStorage).fsPath, settings.trainingFolder.read(folder?.uri));
}

/** A name that nothing in `folder` has: architecture, data set, date, and the first free number. */
export async function newRunFolder(
  folder: string,
  network: string,
  dataset: string,
  now = new Date(),
): Promise<string> {
  const stem = [nameOfNetwork(network), dataset].map(plain).concat(dateOf(now)).join('-');
  for (let number = 1; ; number++) {
    const candidate = path.join(folder, `${stem}-${number}`);
    if (!(await exists(candidate))) return candidate;
  }
}

/** An architecture is called by its id, `…/cats/model.json` "cats". */
export function nameOfNetwork(network: string): string {
  const { name, dir, ext } = path.parse(network);
  if (ext === '') return network;
  return name === 'model' ? path.basename(dir) || name : name;
}

/** Letters, digits and hyphens, so that the name is one everywhere. */
function plain(text: string): string {
  const ascii = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const name = ascii.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return name.slice(0, 40).replace(/-+$/, '') || 'images';
}

function dateOf(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
