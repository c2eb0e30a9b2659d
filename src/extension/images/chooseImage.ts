import { l10n, TabInputCustom, TabInputText, Uri, window, workspace } from 'vscode';
import { IMAGE_EXTENSIONS } from '../manifest';

/** The image that a command is about: its argument, else the one in the active tab, else the only one that is visible. */
export function imageAtHand(argument: unknown): Uri | undefined {
  if (argument instanceof Uri) return argument;
  const active = tabImage(window.tabGroups.activeTabGroup.activeTab?.input);
  if (active) return active;
  const visible = window.tabGroups.all.flatMap(({ activeTab }) => tabImage(activeTab?.input) ?? []);
  return visible.length === 1 ? visible[0] : undefined;
}

/** Images open in the built-in preview, which is a custom editor, like those of other image extensions; some open as text. */
function tabImage(input: unknown): Uri | undefined {
  if (!(input instanceof TabInputCustom || input instanceof TabInputText)) return undefined;
  return IMAGE_EXTENSIONS.test(input.uri.path) ? input.uri : undefined;
}

export async function pickImage(): Promise<Uri | undefined> {
  return (await pick(l10n.t('Choose an Image'), false))?.[0];
}

export async function pickImages(): Promise<readonly Uri[] | undefined> {
  return pick(l10n.t('Choose Images'), true);
}

async function pick(title: string, canSelectMany: boolean): Promise<readonly Uri[] | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  return window.showOpenDialog({
    title,
    canSelectMany,
    openLabel: l10n.t('Choose'),
    filters: {
      [l10n.t('Images')]: ['png', 'jpg', 'jpeg', 'bmp', 'gif', 'webp', 'avif', 'tif', 'tiff'],
      [l10n.t('Pixels (NumPy)')]: ['npy'],
    },
    ...(folder ? { defaultUri: folder } : {}),
  });
}
