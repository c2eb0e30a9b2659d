import { open } from 'node:fs/promises';
import path from 'node:path';
import { workspace } from 'vscode';
import { object, possible, text } from '../../core/schema/kinds';
import { readIf } from '../../core/schema/schema';
import { descriptionNames } from '../../core/model/descriptionNames';
import { nameFromPath } from '../../core/model/nameFromPath';

const LARGEST_DESCRIPTION = 1024 ** 2;
const description = object({ name: possible(text(200)) });
const run = object({ name: text(200), created: text(100) });

/** What a list says of a model file. */
export interface ModelTitle {
  readonly name: string;
  readonly place: string;
}

/**
 * A model's name as the engine will have it, by its own facts: the name in the `lens.json` beside it, else that of its folder or file.
 * Its place is the training run that it came from, with the date, or its folder.
 */
export async function modelTitle(file: string): Promise<ModelTitle> {
  const folder = path.dirname(file);
  const named = await firstNamed(descriptionNames(path.basename(file)).map((name) => path.join(folder, name)));
  const ofRun = readIf(run, await readJson(path.join(folder, '..', 'run.json')));
  return { name: named ?? nameFromPath(file), place: ofRun ? runPlace(ofRun) : workspace.asRelativePath(folder) };
}

function runPlace({ name, created }: { readonly name: string; readonly created: string }): string {
  const date = new Date(created);
  return Number.isNaN(date.getTime()) ? name : `${name}, ${date.toLocaleDateString()}`;
}

async function firstNamed(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const name = readIf(description, await readJson(file))?.name;
    if (name !== undefined && name.trim() !== '') return name;
  }
  return undefined;
}

/** Undefined where there is none, or where it is none: it is only its name that is wanted. */
async function readJson(file: string): Promise<unknown> {
  try {
    const handle = await open(file, 'r');
    try {
      return (await handle.stat()).size > LARGEST_DESCRIPTION ? undefined : JSON.parse(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
