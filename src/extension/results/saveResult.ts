import { l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../../core/errors';
import type { ExportFormat } from '../../core/result/exportFormats';
import { kindOf } from '../../core/result/kinds';
import { subjectFromPath } from '../images/subject';
import { showError } from '../notify';
import { freeName, writeChosenFile, writeNewFile } from '../saveFile';
import type { ExportEngine } from './exports';
import { exportOf, formatLabel } from './exports';
import type { Result } from './resultFiles';
import { arrayOf, npyOf } from './resultFiles';

export interface ExportOptions {
  /** A picture that the page drew. */
  readonly drawn?: Uint8Array | undefined;
  /** Where to, instead of asking; an existing file is left alone then. */
  readonly target?: unknown;
}

export async function exportResult(
  result: Result,
  format: ExportFormat,
  engine: ExportEngine,
  { drawn, target }: ExportOptions,
): Promise<void> {
  if (format === 'adversarial') return saveAdversarial(result, engine, target);
  const { bytes, suffix, ending } = await exportOf(result, format, engine, drawn);
  if (target instanceof Uri) return writeNewFile(target, bytes);
  const { folder, stem, original } = placeOf(result);
  const defaultUri = await freeName(folder, `${stem}${suffix}`, ending);
  const filters = { [formatLabel(format)]: [ending.slice(1)] };
  const chosen = await window.showSaveDialog({ title: l10n.t('Export Result'), defaultUri, filters });
  if (!chosen) return;
  await writeChosenFile(chosen, bytes, original);
  saved(chosen);
}

/** Writes a′ under a name that is not taken; asks for another as long as the chosen one is. */
export async function saveAdversarial(result: Result, engine: ExportEngine, target: unknown): Promise<void> {
  const { image } = kindOf(result.record);
  if (image === undefined)
    throw new UserError('usage', 'This result holds no adversarial image.', 'Run an attack first.');
  const adversarial = arrayOf(result, image);
  const write = async (uri: Uri) => {
    const isNpy = /\.npy$/i.test(uri.path);
    await writeNewFile(
      uri,
      isNpy ? npyOf(adversarial) : await engine.calls.encode({ image: adversarial, format: 'png' }),
    );
    saved(uri);
  };
  if (target instanceof Uri) {
    await write(target);
    return;
  }
  const { folder, stem } = placeOf(result);
  for (;;) {
    const chosen = await window.showSaveDialog({
      title: l10n.t('Save Adversarial Image'),
      defaultUri: await freeName(folder, `${stem}.adversarial`, '.png'),
      filters: { [l10n.t('PNG, 8 bits')]: ['png'], [l10n.t('NPY, float32, exact')]: ['npy'] },
    });
    if (!chosen) return;
    try {
      await write(withEnding(chosen));
      return;
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'file-exists') throw error;
      const again = l10n.t('Choose Another Name');
      if ((await showError(`${error.message} ${error.hint}`, again)) !== again) return;
    }
  }
}

function withEnding(uri: Uri): Uri {
  return /\.(png|npy)$/i.test(uri.path) ? uri : uri.with({ path: `${uri.path}.png` });
}

/** Beside the picture that the result is of. */
function placeOf({ record }: Result): { folder: Uri; stem: string; original: Uri | undefined } {
  const { name, path } = record.image;
  const stem = name.replace(/\.[^.]+$/, '');
  const original = path === undefined ? undefined : subjectFromPath(path).uri;
  const folder = original ? Uri.joinPath(original, '..') : (workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/'));
  return { folder, stem, original };
}

function saved(uri: Uri): void {
  window.setStatusBarMessage(l10n.t('Saved {0}', workspace.asRelativePath(uri)), 5000);
}
