import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeNpy } from '../../formats/npy/npy';
import type { NamedWeight } from '../../core/model/trainableNetwork';
import type { TrainingOptions } from '../options';
import type { FrameLayout } from '../frames/frameRecord';
import { createFramesWriter } from './framesWriter';
import type { MinibatchEntry } from './historyFile';
import { createHistoryWriter, writeEpochs } from './historyFile';
import { checkpointName, FOLDERS, watchedStem } from './layout';
import type { RunLock } from './lock';
import { ownFolder, replaceFile, replaceFolder } from './ownFiles';
import type { RunRecord } from './record';
import { writeRecord } from './recordFile';
import type { RunParts, RunState } from './stateFile';
import { writeState } from './stateFile';

/** Where a training leaves what it makes. */
export interface RunOutput {
  /** In the files after the next flush, as frames are. */
  minibatch(entry: MinibatchEntry): void;
  frame(frame: Uint8Array): Promise<void>;
  flush(): Promise<void>;
  record(record: RunRecord): Promise<void>;
  /** The weights as they are now. */
  checkpoint(step: number): Promise<void>;
  model(): Promise<void>;
  /** What going on needs; everything before it is in the files first. */
  state(state: RunState): Promise<void>;
  /** The sums as NPY files. */
  maps(record: RunRecord): Promise<void>;
  close(lastFrame?: Uint8Array): Promise<void>;
}

export interface RunOutputPlan {
  readonly folder: string;
  readonly parts: RunParts;
  readonly lock: RunLock;
  readonly options: TrainingOptions;
  /** Absent where nothing is watched. */
  readonly layout: FrameLayout | undefined;
  /** Writes the model with these weights into an empty folder. */
  readonly saveModel: (folder: string, weights: readonly NamedWeight[]) => Promise<void>;
  /** Minibatches done, of a run that goes on. */
  readonly continueAt?: number;
}

/** The output into a run's folder. Throws `UserError('training-failed')` where a run that goes on is damaged. */
export async function createRunOutput(plan: RunOutputPlan): Promise<RunOutput> {
  const { folder, parts, options, layout, continueAt } = plan;
  const history = await createHistoryWriter(folder, continueAt ?? 0);
  const frames =
    layout &&
    (await createFramesWriter(folder, framesPlan(layout, options), continueAt).catch(async (error: unknown) => {
      await history.close().catch(() => undefined);
      throw error;
    }));

  let closed = false;

  async function flush(): Promise<void> {
    await history.flush();
    await frames?.flush();
    await plan.lock.touch();
  }

  async function save(parent: string, name: string): Promise<void> {
    await replaceFolder(parent, name, (target) => plan.saveModel(target, parts.network.exportWeights()));
  }

  return {
    minibatch: (entry) => history.add(entry),
    frame: async (frame) => frames?.append(frame),
    flush,
    async record(record) {
      await writeEpochs(folder, record.epochs);
      await writeRecord(folder, record);
    },
    checkpoint: async (step) => save(await ownFolder(folder, FOLDERS.checkpoints), checkpointName(step)),
    model: () => save(folder, FOLDERS.model),
    async state(state) {
      await flush();
      await writeState(await ownFolder(folder, FOLDERS.state), state, parts);
    },
    async maps(record) {
      if (parts.sums) await writeMaps(folder, record, parts.sums);
    },
    async close(lastFrame) {
      if (closed) return;
      closed = true;
      await history.close().finally(() => frames?.close(lastFrame));
    },
  };
}

function framesPlan(layout: FrameLayout, { watch }: TrainingOptions) {
  return { ...layout, every: watch.every, budget: watch.frameBytes };
}

async function writeMaps(folder: string, record: RunRecord, sums: NonNullable<RunParts['sums']>): Promise<void> {
  const target = await ownFolder(folder, FOLDERS.maps);
  const { height, width, channels } = record.dataset.info;
  const values = height * width * channels;
  const kinds = { integrated: sums.signed, 'integrated-absolute': sums.absolute, last: sums.last };
  for (const [index, { name }] of record.watched.entries())
    for (const [kind, data] of Object.entries(kinds)) {
      const map = Float32Array.from(data.subarray(index * values, (index + 1) * values));
      const bytes = encodeNpy(map, [height, width, channels]);
      const file = `${watchedStem(index, name)}-${kind}.npy`;
      await replaceFile(target, file, (handle) => handle.writeFile(bytes), { lasting: false });
    }
}

/** Writes files that belong together into a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files))
    await writeFile(path.join(folder, name), content, { flag: 'wx' });
}
