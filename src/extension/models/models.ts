import path from 'node:path';
import type { Disposable, FileSystemWatcher, Event, Memento, Uri } from 'vscode';
import { EventEmitter, FileType, l10n, workspace } from 'vscode';
import type { ModelReference } from '../../core/model/modelInfo';
import { list, text } from '../../core/schema/kinds';
import { readIf } from '../../core/schema/schema';
import { settings } from '../config';
import { nameFromPath } from '../../core/model/nameFromPath';
import { Disposables } from '../disposables';
import { findModels, MODEL_NAME } from './findModels';
import { modelTitle } from './modelTitle';
import type { ModelChoice, ModelSource } from './modelChoice';
import { modelReference } from '../modelSetting';

const ACTIVE_KEY = 'gradientLens.activeModel';
const REMEMBERED_KEY = 'gradientLens.rememberedModels';
const MOST_REMEMBERED = 20;
const SETTLE_MILLISECONDS = 500;
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
  #watcher: FileSystemWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

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
    this.#watch();
    const known = this.#known();
    const paths = new Set(known.map(({ reference }) => reference.path));
    const found = (await (this.#inWorkspace ??= findModels())).filter((file) => !paths.has(file));
    return Promise.all([...known, ...found.map((file) => fileChoice(file, 'workspace'))].map(entitled));
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
    clearTimeout(this.#timer);
    this.#watcher?.dispose();
    this.#disposables.dispose();
  }

  /** From the first listing on, files that come and go are noticed; the files of one model come together. */
  #watch(): void {
    if (this.#watcher) return;
    // Folders too: of one that comes or goes as a whole, nothing may be told but itself.
    this.#watcher = workspace.createFileSystemWatcher('**/*', false, true);
    this.#watcher.onDidCreate((uri) => void this.#came(uri));
    this.#watcher.onDidDelete((uri) => void this.#went(uri));
  }

  async #came(uri: Uri): Promise<void> {
    if (MODEL_NAME.test(uri.path)) this.#lookSoon();
    else if (!path.basename(uri.path).includes('.') && (await isFolder(uri))) this.#lookSoon();
  }

  async #went({ fsPath }: Uri): Promise<void> {
    const found = (await this.#inWorkspace) ?? [];
    if (found.some((file) => file === fsPath || file.startsWith(fsPath + path.sep))) this.#lookSoon();
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), SETTLE_MILLISECONDS);
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

/** With the name that the model's own files give it; one of the settings or of this extension has a name already. */
async function entitled(choice: ModelChoice): Promise<ModelChoice> {
  const { source, reference } = choice;
  if (source === 'bundled') return choice;
  const { name, place } = await modelTitle(reference.path);
  return source === 'setting' ? { ...choice, place } : { ...choice, name, place };
}

async function isFolder(uri: Uri): Promise<boolean> {
  return workspace.fs.stat(uri).then(
    ({ type }) => type === FileType.Directory,
    () => false,
  );
}

/** The first is active where nothing was chosen: a remembered file only by choice. */
function rank({ source }: ModelChoice): number {
  return ['setting', 'bundled', 'remembered', 'workspace'].indexOf(source);
}

/** A file keeps its identity when it becomes remembered. */
export function fileChoice(file: string, source: ModelSource & ('remembered' | 'workspace')): ModelChoice {
  return { id: `file:${file}`, name: nameFromPath(file), source, reference: { path: file } };
}

function configuredModels(): readonly ModelChoice[] {
  const folders = workspace.workspaceFolders ?? [undefined];
  const choices = folders.flatMap((folder) =>
    settings.models.read(folder?.uri).map((setting): ModelChoice => {
      const base = folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined;
      const reference = modelReference(setting, (file) => (base === undefined ? file : path.resolve(base, file)));
      const name = setting.name ?? nameFromPath(reference.path);
      return { id: `setting:${name}:${reference.path}`, name, source: 'setting', reference };
    }),
  );
  return [...new Map(choices.map((choice) => [choice.id, choice])).values()];
}
