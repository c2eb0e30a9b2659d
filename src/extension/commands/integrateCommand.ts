import { l10n, Uri, window, workspace } from 'vscode';
import type { EngineHost } from '../engineHost';
import { imageAtHand, pickImage } from '../images/chooseImage';
import { subjectOf } from '../images/subject';
import type { CommandSignatures } from '../manifest';
import type { Panels } from '../panel/panels';

type IntegrateCommand = Pick<CommandSignatures, 'gradientLens.integrateCheckpoints'>;

/** The method of this command. */
const INTEGRATED = 'training-integrated';

export function integrateCommand(panels: Panels, engine: EngineHost): IntegrateCommand {
  return {
    'gradientLens.integrateCheckpoints': async (argument, image, label) => {
      const folder =
        argument instanceof Uri && argument.scheme === 'file' ? argument.fsPath : await chooseCheckpoints();
      if (folder === undefined) return;
      const uri = imageAtHand(image) ?? (await pickImage());
      if (!uri) return;
      const chosen = typeof label === 'number' || typeof label === 'string' ? label : await pickLabel(folder, engine);
      if (chosen === undefined) return;
      const session = panels.show();
      session.useActiveModel();
      await session.attribute(subjectOf(uri), { method: INTEGRATED, checkpoints: folder, label: chosen });
    },
  };
}

/** Asks for a run or a folder of checkpoints. */
export async function chooseCheckpoints(): Promise<string | undefined> {
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
  const items = engine.calls.checkpoints({ folder }).then(async (files) => {
    const { classes } = await engine.calls.modelInfo({ model: { path: files.at(-1)! } });
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
