import path from 'node:path';
import { commands, l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../../core/errors';
import { formatPercent } from '../formatNumber';
import type { CommandSignatures } from '../manifest';
import type { Models } from '../models/models';
import { fileChoice } from '../models/models';
import { askModally } from '../notify';
import { hasModel, runModel } from './finalMaps';
import type { FoundRun, RunList } from './runList';
import type { StartServices } from './startRun';
import { continueRun } from './startRun';
import type { TrainingPanel } from './trainingPanel';

type RunCommands = Pick<
  CommandSignatures,
  | 'gradientLens.openTrainingRun'
  | 'gradientLens.continueTraining'
  | 'gradientLens.useRunModel'
  | 'gradientLens.revealRun'
  | 'gradientLens.deleteRun'
  | 'gradientLens.refreshRuns'
>;

export interface RunCommandServices extends StartServices {
  readonly runs: RunList;
  readonly models: Models;
  readonly trainingPanel: TrainingPanel;
}

export function runCommands(services: RunCommandServices): RunCommands {
  const { runs, models, session, training, trainingPanel, folder } = services;

  /** The run meant by an argument, else the shown one. */
  const meant = (argument: unknown) => runFolder(argument) ?? session.folder;

  async function show(run: string): Promise<void> {
    await session.showRun(run);
    trainingPanel.show();
  }

  async function pick(title: string, which: (run: FoundRun) => boolean): Promise<string | undefined> {
    const items = runs.list().then((found) => found.filter(which).map(runItem));
    return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.folder;
  }

  async function browse(): Promise<string | undefined> {
    const [picked] =
      (await window.showOpenDialog({
        title: l10n.t('Open Training Run'),
        openLabel: l10n.t('Open'),
        canSelectFolders: true,
        canSelectFiles: false,
        defaultUri: Uri.file(folder()),
      })) ?? [];
    return picked?.scheme === 'file' ? picked.fsPath : undefined;
  }

  return {
    'gradientLens.openTrainingRun': async (argument) => {
      const run = runFolder(argument) ?? (await browse());
      if (run !== undefined) await show(run);
    },
    'gradientLens.continueTraining': async (argument) => {
      const isOpen = ({ folder: run, head }: FoundRun) => head.status !== 'finished' && !training.isLive(run);
      const run = meant(argument) ?? (await pick(l10n.t('Continue Training'), isOpen));
      if (run === undefined) return;
      await show(run);
      await continueRun(run, services);
    },
    'gradientLens.useRunModel': async (argument) => {
      const run = meant(argument) ?? (await pick(l10n.t('Use the Model of a Run'), (found) => found.hasModel));
      if (run === undefined) return;
      if (!(await hasModel(run)))
        throw new UserError(
          'file-missing',
          'This run has no trained model.',
          'Let the training come to its end, or stop it: what was learned by then is kept.',
        );
      await models.select(fileChoice(runModel(run), 'remembered'));
      window.setStatusBarMessage(l10n.t('The model of {0} is used from now on.', path.basename(run)), 5000);
    },
    'gradientLens.revealRun': async (argument) => {
      const run = meant(argument);
      if (run === undefined) return;
      const inWorkspace = workspace.getWorkspaceFolder(Uri.file(run)) !== undefined;
      await commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', Uri.file(run));
    },
    'gradientLens.deleteRun': async (argument) => {
      const run = runFolder(argument);
      // Only what is a run is deleted, whatever the argument says.
      if (run === undefined || !(await runs.list()).some((found) => found.folder === run)) return;
      if (training.isLive(run))
        throw new UserError('usage', 'This run is being trained.', 'Stop it before you delete it.');
      const question = l10n.t('Move the training run "{0}" to the trash?', path.basename(run));
      const detail = l10n.t('Its checkpoints, maps and its trained model go with it.');
      const remove = l10n.t('Move to Trash');
      if ((await askModally(question, { detail }, remove)) !== remove) return;
      if (session.folder === run) await session.showForm();
      await discard(run);
      runs.refresh();
    },
    'gradientLens.refreshRuns': () => runs.refresh(),
  };
}

/** A folder, its run.json, a path or an item of the list. */
function runFolder(argument: unknown): string | undefined {
  const named = argument instanceof Uri && argument.scheme === 'file' ? argument.fsPath : argument;
  if (typeof named === 'string') return path.basename(named) === 'run.json' ? path.dirname(named) : named;
  const folder = (argument as Partial<FoundRun> | undefined | null)?.folder;
  return typeof folder === 'string' ? folder : undefined;
}

/** Remote machines often have no trash. */
async function discard(run: string): Promise<void> {
  const uri = Uri.file(run);
  try {
    await workspace.fs.delete(uri, { recursive: true, useTrash: true });
  } catch {
    const question = l10n.t('"{0}" cannot be moved to the trash. Delete it for good?', path.basename(run));
    const remove = l10n.t('Delete for Good');
    if ((await askModally(question, {}, remove)) === remove)
      await workspace.fs.delete(uri, { recursive: true, useTrash: false });
  }
}

function runItem({ folder, head }: FoundRun) {
  const { name, step, steps, accuracy, created } = head;
  const done = l10n.t('{0} of {1} minibatches', step, steps);
  const description = accuracy === undefined ? done : `${done} · ${formatPercent(accuracy)}`;
  return { label: name, description, detail: `${new Date(created).toLocaleString()} · ${folder}`, folder };
}
