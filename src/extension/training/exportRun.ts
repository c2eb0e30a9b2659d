import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Uri as UriType } from 'vscode';
import { l10n, Uri, window, workspace } from 'vscode';
import type { ExportRunRequest } from '../../engine/calls/training';
import { UserError } from '../../core/errors';
import { freeName, writeChosenFile } from '../saveFile';
import type { RunningJob } from './jobs';
import type { TrainingHost } from './trainingHost';

type What = Pick<ExportRunRequest, 'what' | 'map'>;

/** Asks where a run's pictures or maps shall go; undefined where nothing was chosen. */
export async function chooseTarget(folder: string, { what }: What): Promise<UriType | undefined> {
  const beside = Uri.file(path.dirname(folder));
  const stem = path.basename(folder);
  if (what === 'animation-gif' || what === 'figure-png') {
    const [ending, name] = what === 'animation-gif' ? ['.gif', l10n.t('Animation')] : ['.png', l10n.t('Figure')];
    return window.showSaveDialog({
      title: l10n.t('Export Training Run'),
      defaultUri: await freeName(beside, stem, ending),
      filters: { [name]: [ending.slice(1)] },
    });
  }
  const [parent] =
    (await window.showOpenDialog({
      title: l10n.t('Choose the Folder That the Files Go Below'),
      openLabel: l10n.t('Export Here'),
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri: beside,
    })) ?? [];
  return parent && freeName(parent, `${stem}-${what === 'maps-npy' ? 'maps' : 'frames'}`, '');
}

/** Writes the files: a folder that is new, or the one file that was agreed to. Returns what was written. */
export async function exportRun(
  host: TrainingHost,
  folder: string,
  what: What,
  target: UriType,
  { signal, report }: RunningJob,
): Promise<readonly string[]> {
  if (target.scheme !== 'file')
    throw new UserError(
      'file-unwritable',
      'A run is exported to the disk of the machine that this extension runs on.',
      'Choose a folder there.',
    );
  const job = {
    signal,
    progress: ({ done, total }: { done: number; total: number }) => report(total > 0 ? done / total : 0),
  };
  if (what.what === 'frames-png' || what.what === 'maps-npy')
    return host.calls.exportRun({ folder, target: target.fsPath, ...what }, job);
  const aside = await mkdtemp(path.join(tmpdir(), 'gradient-lens-export-'));
  try {
    const [written] = await host.calls.exportRun({ folder, target: path.join(aside, 'export'), ...what }, job);
    if (written === undefined) throw new Error('The export wrote no file');
    await writeChosenFile(target, await workspace.fs.readFile(Uri.file(written)), undefined);
    return [target.fsPath];
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Saves a film that the page encoded. */
export async function saveFilm(folder: string, webm: Uint8Array): Promise<UriType | undefined> {
  const chosen = await window.showSaveDialog({
    title: l10n.t('Save Film'),
    defaultUri: await freeName(Uri.file(path.dirname(folder)), path.basename(folder), '.webm'),
    filters: { [l10n.t('Film (WebM)')]: ['webm'] },
  });
  if (chosen) await writeChosenFile(chosen, webm, undefined);
  return chosen;
}
