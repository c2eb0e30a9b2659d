import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Uri as UriType } from 'vscode';
import { l10n, Uri, window } from 'vscode';
import type { JobProgress } from '../../engine/calls/service';
import { UserError } from '../../core/errors';
import { MOST_WATCHED } from '../../training/options';
import { withCancellableProgress } from '../cancellableProgress';
import { imageAtHand, pickImages } from '../images/chooseImage';
import type { CommandSignatures } from '../manifest';
import { IMAGE_EXTENSIONS } from '../manifest';
import { askModally, showError } from '../notify';
import { exists } from '../saveFile';
import { chooseDataset } from './chooseDataset';
import type { FormChoices } from './formChoices';
import type { Training } from './training';
import type { TrainingHost } from './trainingHost';
import type { TrainingPanel } from './trainingPanel';
import type { TrainingSession } from './trainingSession';

type TrainingCommands = Pick<
  CommandSignatures,
  | 'gradientLens.trainNetwork'
  | 'gradientLens.trainOnFolder'
  | 'gradientLens.watchImages'
  | 'gradientLens.getFashionMnist'
  | 'gradientLens.showTraining'
  | 'gradientLens.pauseTraining'
  | 'gradientLens.resumeTraining'
  | 'gradientLens.stopTraining'
>;

export interface TrainingCommandServices {
  readonly host: TrainingHost;
  readonly training: Training;
  readonly choices: FormChoices;
  readonly session: TrainingSession;
  readonly trainingPanel: TrainingPanel;
  /** Where data sets are kept. */
  readonly datasets: UriType;
}

export function trainingCommands(services: TrainingCommandServices): TrainingCommands {
  const { training, choices, session, trainingPanel } = services;

  async function openForm(dataset: string | undefined): Promise<void> {
    await session.showForm();
    trainingPanel.show();
    if (dataset !== undefined) await session.readDataset({ path: dataset });
  }

  async function showLive(): Promise<void> {
    const { live } = training;
    if (live?.record && session.folder !== live.folder) await session.showRun(live.folder);
    trainingPanel.show();
  }

  return {
    'gradientLens.trainNetwork': (dataset) => openForm(pathOf(dataset)),
    'gradientLens.trainOnFolder': async (dataset) => {
      const chosen = pathOf(dataset) ?? (await chooseDataset());
      if (chosen !== undefined) await openForm(chosen);
    },
    'gradientLens.watchImages': async (image, images) => {
      const uris = await imagesOf(image, images);
      if (!uris) return;
      const tooMany = await choices.watch(uris);
      if (training.live) {
        window.setStatusBarMessage(l10n.t('The images will be watched in the next training.'), 5000);
      } else {
        if (session.folder !== undefined) await session.showForm();
        trainingPanel.show();
      }
      await session.postWatched();
      if (tooMany > 0)
        throw new UserError(
          'usage',
          `At most ${MOST_WATCHED} images can be watched: ${tooMany} were left out.`,
          'Remove some of the others first.',
        );
    },
    'gradientLens.getFashionMnist': async () => {
      const folder = (await agreesToDownload(services)) ? await fetchFashionMnist(services) : undefined;
      if (folder !== undefined) await openForm(folder);
    },
    'gradientLens.showTraining': showLive,
    'gradientLens.pauseTraining': () => training.control('pause'),
    'gradientLens.resumeTraining': () => training.control('resume'),
    'gradientLens.stopTraining': () => training.control('stop'),
  };
}

const FASHION_MNIST = 'fashion-mnist';

/** Asks before the first download; what lies on the disk is used again. */
async function agreesToDownload({ datasets }: TrainingCommandServices): Promise<boolean> {
  const folder = path.join(datasets.fsPath, FASHION_MNIST);
  if (await exists(Uri.file(folder))) return true;
  const download = l10n.t('Download');
  const detail = l10n.t('70,000 pictures of 28 × 28 pixels in ten classes, about 30 MB, kept in {0}.', folder);
  return (await askModally(l10n.t('Download Fashion-MNIST?'), { detail }, download)) === download;
}

/** The folder with the files; where they cannot be had, the user may choose one that has them. */
async function fetchFashionMnist({ host, datasets }: TrainingCommandServices): Promise<string | undefined> {
  const folder = path.join(datasets.fsPath, FASHION_MNIST);
  try {
    return await withCancellableProgress(l10n.t('Getting Fashion-MNIST'), (signal, report) => {
      const progress = ({ done, total }: JobProgress) => {
        const percent = total > 0 ? (100 * done) / total : 0;
        report(percent, l10n.t('{0} %', Math.floor(percent)));
      };
      return host.calls.fetchDataset({ id: FASHION_MNIST, folder }, { signal, progress });
    });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'download-failed') throw error;
    const choose = l10n.t('Choose Folder…');
    const answer = await showError(`${error.message} ${error.hint}`, choose);
    return answer === choose ? chooseDataset() : undefined;
  }
}

/** A command's argument as a path on this machine's disk. */
function pathOf(argument: unknown): string | undefined {
  if (argument instanceof Uri && argument.scheme === 'file') return argument.fsPath;
  return typeof argument === 'string' ? argument : undefined;
}

/** The chosen files of the Explorer that are images; all those of a folder are not meant. */
async function imagesOf(image: unknown, images: unknown): Promise<readonly UriType[] | undefined> {
  const many = (Array.isArray(images) ? (images as readonly unknown[]) : [image]).filter((item) => item instanceof Uri);
  const named = many.length > 0 ? many : [imageAtHand(undefined)].filter((item) => item !== undefined);
  if (named.length === 0) return pickImages();
  const files = await Promise.all(named.map(async (uri) => ((await isImage(uri)) ? [uri] : [])));
  return files.flat();
}

async function isImage(uri: UriType): Promise<boolean> {
  if (!IMAGE_EXTENSIONS.test(uri.path) && !/\.npy$/i.test(uri.path)) return false;
  return (
    uri.scheme !== 'file' ||
    (await stat(uri.fsPath).then(
      (facts) => facts.isFile(),
      () => false,
    ))
  );
}
