import { l10n, Uri, window, workspace } from 'vscode';
import { labelFromPath } from '../../core/result/label';
import type { EngineHost } from '../engineHost';
import { imageAtHand, pickImage } from '../images/chooseImage';
import { subjectOf } from '../images/subject';
import type { CommandSignatures } from '../manifest';
import type { Panels } from '../panel/panels';
import type { FoundRun, RunList } from '../training/runList';

type IntegrateCommand = Pick<CommandSignatures, 'gradientLens.integrateCheckpoints'>;

/** The method of this command. */
const INTEGRATED = 'training-integrated';

/** Runs of training, the newest first. */
type Runs = Pick<RunList, 'list'>;

export function integrateCommand(panels: Panels, engine: EngineHost, runs: Runs): IntegrateCommand {
  return {
    'gradientLens.integrateCheckpoints': async (argument, image, label) => {
      const folder =
        argument instanceof Uri && argument.scheme === 'file' ? argument.fsPath : await chooseCheckpoints(runs);
      if (folder === undefined) return;
      const uri = imageAtHand(image) ?? (await pickImage());
      if (!uri) return;
      const chosen =
        typeof label === 'number' || typeof label === 'string' ? label : await pickLabel(folder, uri, engine);
      if (chosen === undefined) return;
      const session = panels.show();
      session.useActiveModel();
      await session.attribute(subjectOf(uri), { method: INTEGRATED, checkpoints: folder, label: chosen });
    },
  };
}

/** Asks for a known run, or for another folder of checkpoints where there is none or it is wanted. */
export async function chooseCheckpoints(runs: Runs): Promise<string | undefined> {
  const items = runItems(await runs.list());
  if (items.length === 0) return browse();
  const other = { label: l10n.t('$(folder-opened) Another Folder…'), folder: undefined };
  const picked = await window.showQuickPick([...items, other], {
    title: l10n.t('Integrate over Checkpoints (1 of 2)'),
    placeHolder: l10n.t('The training run whose checkpoints are summed over'),
    matchOnDescription: true,
  });
  return picked && (picked.folder ?? browse());
}

export function runItems(found: readonly FoundRun[]) {
  return found.map(({ folder, head: { name, created } }) => ({
    label: name,
    description: new Date(created).toLocaleDateString(),
    folder,
  }));
}

async function browse(): Promise<string | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const [picked] =
    (await window.showOpenDialog({
      title: l10n.t('Choose a Folder of Checkpoints'),
      openLabel: l10n.t('Integrate over These'),
      canSelectFolders: true,
      canSelectFiles: false,
      ...(folder ? { defaultUri: folder } : {}),
    })) ?? [];
  return picked?.scheme === 'file' ? picked.fsPath : undefined;
}

/** Asks for the image's true class among those of the last checkpoint; the one that its path names stands first. */
async function pickLabel(folder: string, image: Uri, engine: EngineHost): Promise<number | undefined> {
  const items = engine.calls.checkpoints({ folder }).then(async (files) => {
    const { classes } = await engine.calls.modelInfo({ model: { path: files.at(-1)! } });
    return labelItems(classes, image.path);
  });
  // A list that cannot be had is no list to choose from: the failure is shown instead.
  await items;
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Integrate over Checkpoints (2 of 2)'),
    placeHolder: l10n.t('The true class of the image, whose loss is differentiated'),
  });
  return picked?.index;
}

/** Classes to choose from; the one that a picture's path names is the first, which is what Enter takes. */
export function labelItems(classes: readonly string[], path: string) {
  const named = labelFromPath(path, classes);
  const items = classes.map((label, index) => ({
    label,
    description: index === named?.index ? l10n.t('{0}, by the {1}', index, named.source) : String(index),
    index,
  }));
  return named ? [items[named.index]!, ...items.filter(({ index }) => index !== named.index)] : items;
}
