import path from 'node:path';
import { l10n } from 'vscode';
import type { WatchRequest } from '../../engine/calls/training';
import { UserError } from '../../core/errors';
import type { TrainingPlan } from '../../protocol/training';
import { imageReference, subjectFromPath } from '../images/subject';
import type { FormChoices } from './formChoices';
import type { RunningJob } from './jobs';
import { newRunFolder } from './runFolder';
import type { Training } from './training';
import type { TrainingSession } from './trainingSession';

export interface StartServices {
  readonly training: Training;
  readonly session: TrainingSession;
  readonly choices: FormChoices;
  /** Where runs go. */
  readonly folder: () => string;
}

/** Starts what the form says in a new folder, and shows the run once it has begun. */
export async function startRun(
  plan: TrainingPlan,
  { training, session, choices, folder }: StartServices,
): Promise<void> {
  const { dataset } = choices;
  if (!dataset?.info)
    throw new UserError(
      'usage',
      'There are no images to train on.',
      'Choose a folder of images, or get Fashion-MNIST.',
    );
  const { architectures, models } = await choices.networks();
  const known = [...architectures.map(({ id }) => id), ...models.map((model) => model.path)];
  if (!known.includes(plan.network))
    throw new UserError('usage', `There is no network "${plan.network}".`, 'Choose one from the list.');
  const { info, request } = dataset;
  const target = await newRunFolder(folder(), plan.network, info.name);
  const watched = await Promise.all(
    choices.watchedPaths.map((file): Promise<WatchRequest> => imageReference(subjectFromPath(file))),
  );
  const name = plan.name.trim();
  await begin(training, session, target, (job) =>
    training.start(
      {
        folder: target,
        name: name === '' ? path.basename(target) : name,
        network: plan.network,
        fresh: plan.fresh,
        dataset: request,
        options: plan.options,
        watched,
      },
      job.signal,
    ),
  );
}

/** Goes on with a run where it ended. */
export async function continueRun(folder: string, { training, session }: StartServices): Promise<void> {
  await begin(training, session, folder, (job) => training.start({ folder, continue: true }, job.signal));
}

async function begin(
  training: Training,
  session: TrainingSession,
  folder: string,
  start: (job: RunningJob) => Promise<void>,
): Promise<void> {
  await session.jobs.run(l10n.t('Preparing the training…'), async (job) => {
    const listener = training.onEvent((event) => {
      if (event.kind === 'preparing' && event.total > 0) job.report(event.done / event.total);
    });
    try {
      await start(job);
    } finally {
      listener.dispose();
    }
  });
  if (training.isLive(folder)) await session.showRun(folder);
}
