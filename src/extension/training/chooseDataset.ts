import { l10n, window, workspace } from 'vscode';
import { UserError } from '../../core/errors';

/** Asks for a folder of images (or an .npz file, where the system's dialog takes both); its path. */
export async function chooseDataset(): Promise<string | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const [picked] =
    (await window.showOpenDialog({
      title: l10n.t('Choose Images to Train On: a Folder for Each Class, IDX, CIFAR-10 or NPZ'),
      openLabel: l10n.t('Train on These'),
      canSelectFolders: true,
      canSelectFiles: true,
      ...(folder ? { defaultUri: folder } : {}),
    })) ?? [];
  if (!picked) return undefined;
  if (picked.scheme !== 'file')
    throw new UserError(
      'dataset-unreadable',
      'Images to train on must lie on the disk of the machine that this extension runs on.',
      'Copy them there and choose them again.',
    );
  return picked.fsPath;
}
