import { l10n, window } from 'vscode';
import { UserError } from '../../core/errors';
import type { ExportFormat } from '../../core/result/exportFormats';
import type { EngineHost } from '../engineHost';
import type { CommandSignatures } from '../manifest';
import { askModally } from '../notify';
import type { Panels } from '../panel/panels';
import { formatLabel, formatsOf } from '../results/exports';
import type { Result } from '../results/resultFiles';
import type { ResultStore } from '../results/resultStore';
import { exportResult, saveAdversarial } from '../results/saveResult';
import { resultIds } from './resultArguments';

type ResultCommands = Pick<
  CommandSignatures,
  | 'gradientLens.openResult'
  | 'gradientLens.saveAdversarialImage'
  | 'gradientLens.exportResult'
  | 'gradientLens.deleteResult'
  | 'gradientLens.pinResult'
  | 'gradientLens.unpinResult'
  | 'gradientLens.clearResults'
  | 'gradientLens.refreshResults'
>;

export interface ResultCommandServices {
  readonly store: ResultStore;
  readonly panels: Panels;
  readonly engine: EngineHost;
}

export function resultCommands({ store, panels, engine }: ResultCommandServices): ResultCommands {
  /** The result meant by a tree item or a name, else the one that the panel shows. */
  async function find(argument: unknown): Promise<Result> {
    const [id] = resultIds(argument);
    const shown = panels.session?.result;
    if (shown && (id === undefined || shown.record.id === id)) return shown;
    if (id !== undefined) return store.read(id);
    throw new UserError('usage', 'No result is shown.', 'Choose one from the list of results.');
  }

  async function remove(ids: readonly string[], question: string, action: string): Promise<void> {
    const detail = l10n.t('Its maps and images in the workspace storage are deleted; files that you saved stay.');
    if (ids.length > 0 && (await askModally(question, { detail }, action)) === action) await store.delete(ids);
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
      const ids = [...new Set([...resultIds(argument), ...resultIds(selection)])];
      const question = ids.length > 1 ? l10n.t('Delete {0} results?', ids.length) : l10n.t('Delete this result?');
      await remove(ids, question, l10n.t('Delete'));
    },
    'gradientLens.pinResult': (argument) => setPinned(argument, true),
    'gradientLens.unpinResult': (argument) => setPinned(argument, false),
    'gradientLens.clearResults': async () => {
      const ids = (await store.list()).map(({ record }) => record.id);
      await remove(ids, l10n.t('Delete all {0} results of this workspace?', ids.length), l10n.t('Delete All'));
    },
    'gradientLens.refreshResults': () => store.refresh(),
  };
}

async function pickFormat(result: Result): Promise<ExportFormat | undefined> {
  const items = formatsOf(result).map((format) => ({ label: formatLabel(format), format }));
  return (await window.showQuickPick(items, { title: l10n.t('Export Result') }))?.format;
}
