import path from 'node:path';
import type { TrainingControl } from './control';
import type { TrainerEvent } from './events';
import type { NamedWeight, TrainableNetwork } from '../core/model/trainableNetwork';
import { createOptimizer } from './optimizer';
import type { TrainingOptions } from './options';
import { diskFailure, explainDisk } from './run/diskFailure';
import { FOLDERS } from './run/layout';
import type { RunLock } from './run/lock';
import type { RunRecord } from './run/record';
import { createRunOutput } from './run/runOutput';
import { restoreState, writeSums } from './run/stateFile';
import type { TrainingSets } from './trainer';
import { trainNetwork } from './trainer';
import type { WatchedImages } from './watch/watcher';
import { createWatcher } from './watch/watcher';

/** A training and the folder that it happens in, which `lock` holds. */
export interface TrainingSession {
  readonly folder: string;
  readonly lock: RunLock;
  readonly network: TrainableNetwork;
  readonly sets: TrainingSets;
  /** Absent: nothing is watched. */
  readonly watched: WatchedImages | undefined;
  readonly options: TrainingOptions;
  /** Writes the model with these weights into an empty folder. */
  readonly saveModel: (folder: string, weights: readonly NamedWeight[]) => Promise<void>;
  readonly control: TrainingControl;
  readonly report: (event: TrainerEvent) => void;
  readonly stateSeconds?: number;
}

/**
 * Trains in a run's folder, from the start or, with `continues`, from the run's last kept state, which may be of an earlier
 * minibatch than `record`. Throws `UserError('training-failed')` for a state that is damaged or of another network.
 */
export async function runTraining(
  session: TrainingSession,
  record: RunRecord,
  { continues }: { readonly continues: boolean },
): Promise<RunRecord> {
  const { folder, network, options, watched, lock, saveModel } = session;
  const optimizer = createOptimizer(network.weights, options.optimizer);
  const watcher = watched && createWatcher(network, watched, options.watch);
  const parts = { network, optimizer, sums: watcher?.sums };
  const stateFolder = path.join(folder, FOLDERS.state);
  const from = continues ? await restoreState(stateFolder, parts) : undefined;
  const output = await createRunOutput({
    folder,
    parts,
    lock,
    options,
    layout: watcher?.layout,
    saveModel,
    ...(from && { continueAt: from.step }),
  }).catch((error: unknown) => {
    throw explainDisk(error, from ? 'continue the run' : 'start again');
  });
  const ended = await trainNetwork({ ...session, optimizer, watcher, output, ...(from && { from }) }, record);
  // Only to save room: where it fails, the whole state stays.
  if (ended.status === 'finished')
    await writeSums(stateFolder, parts.sums).catch((error: unknown) => {
      if (diskFailure(error) === undefined) throw error;
    });
  return ended;
}
