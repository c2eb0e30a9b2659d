import type { QuickPickItem } from 'vscode';
import { l10n, QuickPickItemKind, window, workspace } from 'vscode';
import { UserError } from '../../core/errors';
import type { EngineHost } from '../engineHost';
import type { CommandSignatures } from '../manifest';
import { viewIds } from '../manifest';
import type { ModelChoice } from '../models/modelChoice';
import { sourceLabel } from '../models/modelChoice';
import type { Models } from '../models/models';
import { fileChoice } from '../models/models';

type ModelCommands = Pick<
  CommandSignatures,
  'gradientLens.selectModel' | 'gradientLens.useModel' | 'gradientLens.removeModel' | 'gradientLens.refreshModels'
>;

export interface ModelItem extends QuickPickItem {
  readonly choice?: ModelChoice;
  readonly browse?: true;
}

export function modelCommands(models: Models, engine: EngineHost): ModelCommands {
  /** A file that was never used is loaded first, so that one that is no model is not remembered. */
  async function use(choice: ModelChoice): Promise<void> {
    const isNew = choice.source === 'workspace' || choice.source === 'remembered';
    if (isNew)
      await window.withProgress({ location: { viewId: viewIds.models }, title: choice.name }, () =>
        engine.calls.modelInfo({ model: choice.reference }),
      );
    await models.select(choice);
    window.setStatusBarMessage(l10n.t('{0} is the active model.', choice.name), 5000);
  }

  async function browse(): Promise<ModelChoice | undefined> {
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const [picked] =
      (await window.showOpenDialog({
        title: l10n.t('Choose a Model'),
        openLabel: l10n.t('Use Model'),
        filters: { [l10n.t('Models')]: ['json', 'onnx', 'keras', 'h5', 'hdf5', 'tflite'] },
        ...(folder ? { defaultUri: folder } : {}),
      })) ?? [];
    if (!picked) return undefined;
    if (picked.scheme !== 'file')
      throw new UserError(
        'model-unreadable',
        'A model must lie on the disk of the machine that this extension runs on.',
        'Copy the model and its weights there and choose it again.',
      );
    return fileChoice(picked.fsPath, 'remembered');
  }

  return {
    'gradientLens.selectModel': async () => {
      const items = models.list().then((choices) => [...modelItems(choices, models.active.id), ...browseItems()]);
      const picked = await window.showQuickPick(items, {
        title: l10n.t('Select Model'),
        placeHolder: l10n.t('The model that attributions and attacks are computed with'),
        matchOnDescription: true,
        matchOnDetail: true,
      });
      const choice = picked?.browse ? await browse() : picked?.choice;
      if (choice) await use(choice);
    },
    'gradientLens.useModel': async (argument) => {
      const choice = await findChoice(models, argument);
      if (choice) await use(choice);
    },
    'gradientLens.removeModel': async (argument) => {
      const choice = await findChoice(models, argument);
      if (choice) await models.forget(choice);
    },
    'gradientLens.refreshModels': () => models.refresh(),
  };
}

/** The choice that a tree item, its identity or a path of a model file means. */
export async function findChoice(models: Models, argument: unknown): Promise<ModelChoice | undefined> {
  const id = typeof argument === 'string' ? argument : (argument as { readonly id?: unknown } | undefined)?.id;
  const choices = await models.list();
  return choices.find((choice) => choice.id === id || choice.reference.path === id);
}

export function modelItems(choices: readonly ModelChoice[], activeId: string): ModelItem[] {
  const items: ModelItem[] = [];
  let source: string | undefined;
  for (const choice of choices) {
    if (choice.source !== source) items.push({ label: sourceLabel(choice.source), kind: QuickPickItemKind.Separator });
    source = choice.source;
    const active = choice.id === activeId;
    const second = [active ? l10n.t('active') : '', choice.place ?? ''].filter((text) => text !== '').join(' · ');
    const description = second === '' ? {} : { description: second };
    const detail = choice.source === 'bundled' ? {} : { detail: choice.reference.path };
    items.push({
      label: `$(${active ? 'pass-filled' : 'circle-large-outline'}) ${choice.name}`,
      choice,
      ...description,
      ...detail,
    });
  }
  return items;
}

function browseItems(): ModelItem[] {
  const detail = l10n.t('A TensorFlow.js model.json, an ONNX file or a Keras file');
  return [
    { label: '', kind: QuickPickItemKind.Separator },
    { label: l10n.t('$(folder-opened) Browse…'), detail, browse: true },
  ];
}
