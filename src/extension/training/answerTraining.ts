import { commands, l10n, window, workspace } from 'vscode';
import type { JobProgress } from '../../engine/calls/service';
import { UserError } from '../../core/errors';
import type { EngineHost } from '../engineHost';
import { pickImages } from '../images/chooseImage';
import type { CommandId } from '../manifest';
import { chooseDataset } from './chooseDataset';
import { chooseTarget, exportRun, saveFilm } from './exportRun';
import { finalMaps } from './finalMaps';
import type { StartServices } from './startRun';
import { continueRun, startRun } from './startRun';
import type { TrainingHost } from './trainingHost';
import type { TrainingMessage } from './trainingPanel';

export interface AnswerServices extends StartServices {
  readonly host: TrainingHost;
  readonly engine: EngineHost;
}

/** Does what the training page asks for; a failure is told to the page. */
export async function answerTraining(message: TrainingMessage, services: AnswerServices): Promise<void> {
  try {
    await answer(message, services);
  } catch (error) {
    services.session.fail(error);
  }
}

async function answer(message: TrainingMessage, services: AnswerServices): Promise<void> {
  const { session, choices, training, host } = services;
  switch (message.type) {
    case 'ready':
      return;
    case 'chooseDataset': {
      const path = await chooseDataset();
      if (path !== undefined) await session.readDataset({ path });
      return;
    }
    case 'getFashionMnist':
      await run('gradientLens.getFashionMnist');
      return;
    case 'dataset': {
      const request = choices.requestLike(message.request);
      if (request) await session.readDataset(request);
      return;
    }
    case 'chooseWatched': {
      const images = await pickImages();
      if (images) await run('gradientLens.watchImages', undefined, images);
      return;
    }
    case 'removeWatched':
      await choices.removeWatched(message.index);
      await session.postWatched();
      return;
    case 'summary':
      await summarise(message, services);
      return;
    case 'start':
      await startRun(message.plan, services);
      return;
    case 'control':
      if (message.action !== 'continue') await training.control(message.action);
      else if (session.folder !== undefined) await continueRun(session.folder, services);
      return;
    case 'frames': {
      const { request, from, to, stride } = message;
      const folder = shown(services);
      // The page waits for an answer, whatever it is.
      const frames = await host.calls.frames({ folder, from, to, stride }).catch((error: unknown) => {
        session.fail(error);
        return [];
      });
      session.post({ type: 'frames', request, frames });
      return;
    }
    case 'maps':
      await sendMaps(message.image, services);
      return;
    case 'export': {
      const folder = shown(services);
      const target = await chooseTarget(folder, message);
      const { what, map } = message;
      if (!target) return;
      const written = await session.jobs.run(l10n.t('Exporting…'), (job) =>
        exportRun(host, folder, { what, map }, target, job),
      );
      if (written) window.setStatusBarMessage(l10n.t('Saved {0}', workspace.asRelativePath(target)), 5000);
      return;
    }
    case 'film': {
      const saved = await saveFilm(shown(services), message.webm);
      if (saved) window.setStatusBarMessage(l10n.t('Saved {0}', workspace.asRelativePath(saved)), 5000);
      return;
    }
    case 'openModel':
      await run('gradientLens.useRunModel', shown(services));
      return;
    case 'newRun':
      await session.showForm();
      return;
    case 'cancel':
      session.jobs.cancel();
      return;
  }
}

async function summarise(
  { network, fresh }: TrainingMessage & { type: 'summary' },
  services: AnswerServices,
): Promise<void> {
  const { session, choices, host } = services;
  const info = choices.dataset?.info;
  if (!info) return;
  const { architectures, models } = await choices.networks();
  if (![...architectures.map(({ id }) => id), ...models.map(({ path }) => path)].includes(network)) return;
  const { height, width, channels, classes, isNamed = true } = info;
  try {
    const labels = { names: classes, isNamed };
    const request = { network, fresh, height, width, channels, classes: classes.length, labels, seed: 0 };
    session.post({ type: 'summary', network, summary: await host.calls.network(request) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    session.post({ type: 'summary', network, error: { message: error.message, hint: error.hint } });
  }
}

/** The maps over the run at once where they are all there is; those of the last model follow. */
async function sendMaps(image: number, { session, host, engine }: AnswerServices): Promise<void> {
  const folder = session.folder;
  const record = session.contents?.record;
  if (folder === undefined || !record?.watched[image]) return;
  const maps = await host.calls.maps({ folder, image });
  session.post({ type: 'maps', maps, finals: [] });
  if (session.live) return;
  await session.jobs.run(l10n.t('Computing the maps of the trained network…'), async ({ signal, report }) => {
    const progress = ({ done, total }: JobProgress) => report(total > 0 ? done / total : 0);
    const finals = await finalMaps(engine, folder, record, image, { signal, progress });
    if (finals.length > 0 && session.folder === folder) session.post({ type: 'maps', maps, finals });
  });
}

function shown({ session }: AnswerServices): string {
  if (session.folder === undefined) throw new UserError('usage', 'No training run is shown.', 'Open one first.');
  return session.folder;
}

async function run(command: CommandId, ...args: unknown[]): Promise<void> {
  await commands.executeCommand(command, ...args);
}
