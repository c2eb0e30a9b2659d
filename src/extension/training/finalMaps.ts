import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Job } from '../../engine/calls/service';
import { UserError } from '../../core/errors';
import type { RunRecord } from '../../training/run/record';
import type { FinalMap } from '../../protocol/training';
import type { EngineHost } from '../engineHost';

const METHODS: readonly FinalMap['method'][] = ['gradient-x-input', 'integrated-gradients'];

/** The model that a run ended with, which it has once it was stopped or is done. */
export function runModel(folder: string): string {
  return path.join(folder, 'model', 'model.json');
}

export async function hasModel(folder: string): Promise<boolean> {
  return isFile(runModel(folder));
}

/** Gradient × input and integrated gradients of the run's last model for one watched image; none while it has no model. */
export async function finalMaps(
  engine: EngineHost,
  folder: string,
  { watched, options }: RunRecord,
  image: number,
  job: Job,
): Promise<readonly FinalMap[]> {
  const seen = watched[image];
  if (!seen || !(await hasModel(folder))) return [];
  const request = {
    model: { path: runModel(folder) },
    image: { path: await pictureOf(folder, seen.path, image) },
    ...(options.watch.scoreOf === 'label' ? { class: seen.label } : {}),
  };
  const maps: FinalMap[] = [];
  for (const method of METHODS) {
    const { map } = await engine.calls.attribute({ ...request, method }, job);
    maps.push({ method, map });
  }
  return maps;
}

/** The image's own file, else the copy that the run keeps of what the network was shown. */
async function pictureOf(folder: string, original: string, image: number): Promise<string> {
  if (await isFile(original)) return original;
  const kept = path.join(folder, 'watched');
  const names = await readdir(kept).catch(() => []);
  const name = names.filter((entry) => entry.endsWith('.png')).find((entry) => Number.parseInt(entry, 10) === image);
  if (name === undefined)
    throw new UserError('file-missing', `"${original}" is not there any more.`, 'Put the image back to see its maps.');
  return path.join(kept, name);
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (facts) => facts.isFile(),
    () => false,
  );
}
