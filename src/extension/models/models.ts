import path from 'node:path';
import type { Disposable, Event, Memento } from 'vscode';
import { EventEmitter, l10n, workspace } from 'vscode';
import type { ModelReference } from '../../core/model/modelInfo';
import { list, text } from '../../core/schema/kinds';
import { readIf } from '../../core/schema/schema';
import { settings } from '../config';
import { Disposables } from '../disposables';
import { findModels } from './findModels';
import type { ModelChoice, ModelSource } from './modelChoice';
import { modelReference } from '../modelSetting';

const ACTIVE_KEY = 'gradientLens.activeModel';
const REMEMBERED_KEY = 'gradientLens.rememberedModels';
const MOST_REMEMBERED = 20;
const rememberedPaths = list(text(4096), MOST_REMEMBERED);

/** The models to choose from and the one chosen, remembered for the workspace. */
export class Models implements Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new EventEmitter<void>());
  readonly #activeChanged = this.#disposables.add(new EventEmitter<ModelChoice>());
  /** The list changed, or which of it is active. */
  readonly onDidChange: Event<void> = this.#changed.event;
  readonly onDidChangeActive: Event<ModelChoice> = this.#activeChanged.event;
  #inWorkspace: Promise<readonly string[]> | undefined;

  constructor(
    private readonly state: Memento,
    /** Folder of the bundled models. */
    private readonly bundledFolder: string,
  ) {
    this.#disposables.add(
      workspace.onDidChangeConfiguration((event) => settings.models.changedBy(event) && this.#changed.fire()),
    );
    this.#disposables.add(workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()));
  }

  get active(): ModelChoice {
    const known = this.#known();
    const id = this.state.get<unknown>(ACTIVE_KEY);
    return known.find((choice) => choice.id === id) ?? known[0]!;
  }

  /** The choice that stands for a model file: the active one if it does. */
  ofPath(file: string): ModelChoice {
    const { active } = this;
    const choices = [active, ...this.#known()];
    return choices.find(({ reference }) => reference.path === file) ?? fileChoice(file, 'remembered');
  }

  /** All, each file once; looks for models in the workspace the first time. */
  async list(): Promise<readonly ModelChoice[]> {
    const known = this.#known();
    const paths = new Set(known.map(({ reference }) => reference.path));
    const found = (await (this.#inWorkspace ??= findModels())).filter((file) => !paths.has(file));
    return [...known, ...found.map((file) => fileChoice(file, 'workspace'))];
  }

  async select(choice: ModelChoice): Promise<void> {
    if (choice.source === 'workspace' || choice.source === 'remembered') {
      const others = this.#remembered.filter((file) => file !== choice.reference.path);
      await this.state.update(REMEMBERED_KEY, [choice.reference.path, ...others].slice(0, MOST_REMEMBERED));
    }
    const before = this.active.id;
    await this.state.update(ACTIVE_KEY, choice.id);
    this.#changed.fire();
    if (before !== choice.id) this.#activeChanged.fire(this.active);
  }

  /** Takes a model file out of the remembered ones. */
  async forget(choice: ModelChoice): Promise<void> {
    const before = this.active.id;
    await this.state.update(
      REMEMBERED_KEY,
      this.#remembered.filter((file) => file !== choice.reference.path),
    );
    this.#changed.fire();
    if (before === choice.id) this.#activeChanged.fire(this.active);
  }

  /** Looks for models in the workspace again when they are next listed. */
  refresh(): void {
    this.#inWorkspace = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #known(): readonly ModelChoice[] {
    const configured = configuredModels();
    const paths = new Set(configured.map(({ reference }) => reference.path));
    return [
      ...configured,
      ...this.#remembered.filter((file) => !paths.has(file)).map((file) => fileChoice(file, 'remembered')),
      this.#bundled('fashion-mnist', l10n.t('Fashion-MNIST')),
      this.#bundled('fashion-mnist-untrained', l10n.t('Fashion-MNIST, untrained')),
      this.#bundled('flowers', l10n.t('Flowers')),
    ].sort((a, b) => rank(a) - rank(b));
  }

  get #remembered(): readonly string[] {
    return readIf(rememberedPaths, this.state.get<unknown>(REMEMBERED_KEY)) ?? [];
  }

  #bundled(folder: string, name: string): ModelChoice {
    const reference: ModelReference = { path: path.join(this.bundledFolder, folder, 'model.json') };
    return { id: `bundled:${folder}`, name, source: 'bundled', reference };
  }
}

/** The first is active where nothing was chosen: a remembered file only by choice. */
function rank({ source }: ModelChoice): number {
  return ['setting', 'bundled', 'remembered', 'workspace'].indexOf(source);
}

/** A file keeps its identity when it becomes remembered. */
export function fileChoice(file: string, source: ModelSource & ('remembered' | 'workspace')): ModelChoice {
  return { id: `file:${file}`, name: nameOf(file), source, reference: { path: file } };
}

/** `…/cats/model.json` is "cats", and so is the model of a training run, `…/cats/model/model.json`. */
function nameOf(file: string): string {
  const parts = path
    .resolve(file)
    .split(path.sep)
    .filter((part) => part !== '');
  const names = [...parts.slice(0, -1), path.parse(file).name];
  return names.findLast((name) => name !== 'model') ?? 'model';
}

function configuredModels(): readonly ModelChoice[] {
  const folders = workspace.workspaceFolders ?? [undefined];
  const choices = folders.flatMap((folder) =>
    settings.models.read(folder?.uri).map((setting): ModelChoice => {
      const base = folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
      const reference = modelReference(setting, (file) => (base === undefined ? file : path.resolve(base, file)));
      const name = setting.name ?? nameOf(reference.path);
      return { id: `setting:${name}:${reference.path}`, name, source: 'setting', reference };
    }),
  );
  return [...new Map(choices.map((choice) => [choice.id, choice])).values()];
}
