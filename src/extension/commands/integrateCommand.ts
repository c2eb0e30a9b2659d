import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../../core/errors';
import type { EngineHost } from '../engineHost';
import { imageAtHand, pickImage } from '../images/chooseImage';
import { subjectOf } from '../images/subject';
import type { CommandSignatures } from '../manifest';
import type { Panels } from '../panel/panels';

type IntegrateCommand = Pick<CommandSignatures, 'gradientLens.integrateCheckpoints'>;

const COLLATOR = new Intl.Collator('en', { numeric: true });

export function integrateCommand(panels: Panels, engine: EngineHost): IntegrateCommand {
  return {
    'gradientLens.integrateCheckpoints': async (argument, image, label) => {
      const folder = argument instanceof Uri && argument.scheme === 'file' ? argument.fsPath : await chooseFolder();
      if (folder === undefined) return;
      const uri = imageAtHand(image) ?? (await pickImage());
      if (!uri) return;
      const chosen = typeof label === 'number' || typeof label === 'string' ? label : await pickLabel(folder, engine);
      if (chosen === undefined) return;
      const session = panels.show();
      session.useActiveModel();
      await session.integrate(subjectOf(uri), { checkpoints: folder, label: chosen, parameters: {} });
    },
  };
}

async function chooseFolder(): Promise<string | undefined> {
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

/** Asks for the image's true class among those of the last checkpoint. */
async function pickLabel(folder: string, engine: EngineHost): Promise<number | undefined> {
  const items = lastCheckpoint(folder).then(async (file) => {
    const { classes } = await engine.calls.modelInfo({ model: { path: file } });
    return classes.map((label, index) => ({ label, description: String(index), index }));
  });
  // A list that cannot be had is no list to choose from: the failure is shown instead.
  await items;
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Integrate over Checkpoints'),
    placeHolder: l10n.t('The true class of the image, whose loss is differentiated'),
  });
  return picked?.index;
}

/** The model file that comes last by the numbers in its name; a run keeps its checkpoints in a folder of their own. */
async function lastCheckpoint(folder: string): Promise<string> {
  const own = path.join(folder, 'checkpoints');
  for (const place of [own, folder]) {
    const names = (await readdir(place).catch(() => [])).sort((a, b) => COLLATOR.compare(b, a));
    for (const name of names) {
      const file = path.join(place, name);
      if (/\.(onnx|keras|h5|hdf5)$/i.test(name)) return file;
      if (await isFile(path.join(file, 'model.json'))) return path.join(file, 'model.json');
    }
  }
  throw new UserError(
    'file-missing',
    `There are no checkpoints in "${path.basename(folder)}".`,
    'Choose a folder of .onnx, .keras or .h5 files, or of folders with a model.json.',
  );
}

function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (facts) => facts.isFile(),
    () => false,
  );
}
