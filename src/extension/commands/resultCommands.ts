import type { InputBoxOptions, LogOutputChannel } from 'vscode';
import { l10n, window } from 'vscode';
import { UserError } from '../../core/errors';
import type { ExportFormat } from '../../core/result/exportFormats';
import type { EngineHost } from '../engineHost';
import type { CommandSignatures } from '../manifest';
import { showFailure } from '../failure';
import { showInformation } from '../notify';
import type { Panels } from '../panel/panels';
import { formatLabel, formatsOf } from '../results/exports';
import type { Result } from '../results/resultFiles';
import type { ResultStore, ResultWords } from '../results/resultStore';
import { exportResult, saveAdversarial } from '../results/saveResult';
import { resultIds } from './resultArguments';
import type { ResultTree } from '../views/resultTree';
import { wordsOf } from '../views/resultTree';

type ResultCommands = Pick<
  CommandSignatures,
  | 'gradientLens.openResult'
  | 'gradientLens.saveAdversarialImage'
  | 'gradientLens.exportResult'
  | 'gradientLens.deleteResult'
  | 'gradientLens.pinResult'
  | 'gradientLens.unpinResult'
  | 'gradientLens.clearResults'
  | 'gradientLens.renameResult'
  | 'gradientLens.noteResult'
  | 'gradientLens.filterResults'
  | 'gradientLens.showAllResults'
  | 'gradientLens.refreshResults'
>;

export interface ResultCommandServices {
  readonly store: ResultStore;
  readonly panels: Panels;
  readonly engine: EngineHost;
  readonly tree: ResultTree;
  readonly log: LogOutputChannel;
}

export function resultCommands({ store, panels, engine, tree, log }: ResultCommandServices): ResultCommands {
  /** The result meant by a tree item or a name, else the one that the panel shows. */
  async function find(argument: unknown): Promise<Result> {
    const [id] = resultIds(argument);
    const shown = panels.session?.result;
    if (shown && (id === undefined || shown.record.id === id)) return shown;
    if (id !== undefined) return store.read(id);
    throw new UserError('usage', 'No result is shown.', 'Choose one from the list of results.');
  }

  /** Out of the list at once; gone for good when the message goes without Undo. */
  async function remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await store.putAside(ids);
    const undo = l10n.t('Undo');
    const said = ids.length === 1 ? l10n.t('Deleted a result.') : l10n.t('Deleted {0} results.', ids.length);
    void showInformation(said, undo).then(async (answer) => {
      try {
        await (answer === undo ? store.bringBack(ids) : store.forget(ids));
      } catch (error) {
        void showFailure(error, log);
      }
    });
  }

  /** Asks for a name or a note of a row, which its newest result keeps; empty: none. */
  async function write(argument: unknown, property: keyof ResultWords, options: InputBoxOptions): Promise<void> {
    const ids = resultIds(argument);
    const runs = (await store.list()).filter(({ record }) => ids.includes(record.id));
    const [newest] = runs;
    if (!newest) return;
    const { [property]: before, ...others } = wordsOf({ runs });
    const text = (await window.showInputBox({ ...options, value: before ?? '' }))?.trim();
    if (text === undefined) return;
    for (const { record, words } of runs.slice(1))
      if (Object.keys(words).length > 0) await store.setWords(record.id, {});
    await store.setWords(newest.record.id, { ...others, ...(text !== '' && { [property]: text }) });
  }

  const setPinned = async (argument: unknown, pinned: boolean) => {
    for (const id of resultIds(argument)) await store.setPinned(id, pinned);
  };

  return {
    'gradientLens.openResult': async (argument) => {
      const [id] = resultIds(argument);
      if (id !== undefined) await panels.show().open(await store.read(id));
    },
    'gradientLens.saveAdversarialImage': async (argument, target) =>
      saveAdversarial(await find(argument), engine, target),
    'gradientLens.exportResult': async (argument, format, target) => {
      const result = await find(argument);
      const chosen = format ?? (await pickFormat(result));
      if (chosen) await exportResult(result, chosen, engine, { target });
    },
    'gradientLens.deleteResult': async (argument, selection) => {
      // By its key the command is told nothing.
      const chosen = argument === undefined ? tree.selection : argument;
      await remove([...new Set([...resultIds(chosen), ...resultIds(selection)])]);
    },
    'gradientLens.renameResult': (argument) =>
      write(argument ?? tree.selection, 'name', {
        title: l10n.t('Rename Result'),
        prompt: l10n.t('Empty: named after what was computed'),
      }),
    'gradientLens.noteResult': (argument) =>
      write(argument ?? tree.selection, 'note', { title: l10n.t('Note of a Result') }),
    'gradientLens.filterResults': async () => {
      const text = await window.showInputBox({
        title: l10n.t('Filter Results'),
        value: tree.filter,
        prompt: l10n.t('Part of a picture’s, model’s or method’s name, a class, a name or note'),
      });
      if (text !== undefined) tree.filter = text;
    },
    'gradientLens.showAllResults': () => {
      tree.filter = '';
    },
    'gradientLens.pinResult': (argument) => setPinned(argument, true),
    'gradientLens.unpinResult': (argument) => setPinned(argument, false),
    'gradientLens.clearResults': async () => {
      await remove((await store.list()).map(({ record }) => record.id));
    },
    'gradientLens.refreshResults': () => store.refresh(),
  };
}

async function pickFormat(result: Result): Promise<ExportFormat | undefined> {
  const items = formatsOf(result).map((format) => ({ label: formatLabel(format), format }));
  return (await window.showQuickPick(items, { title: l10n.t('Export Result') }))?.format;
}
