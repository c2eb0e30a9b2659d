import type { ExtensionContext } from 'vscode';
import { ExtensionMode, l10n, Uri, window, workspace } from 'vscode';
import type { PanelState } from '../protocol/panel';
import { checkCommands } from './commands/checkCommands';
import { imageCommands } from './commands/imageCommands';
import { chooseCheckpoints, integrateCommand } from './commands/integrateCommand';
import { modelCommands } from './commands/modelCommands';
import { preprocessingCommand } from './commands/preprocessingCommand';
import { registerCommands } from './commands/registerCommands';
import { resultCommands } from './commands/resultCommands';
import { settings } from './config';
import { Disposables } from './disposables';
import { EngineHost } from './engineHost';
import { viewIds } from './manifest';
import { CheckReports } from './models/checkReports';
import { Models } from './models/models';
import { ModelWatcher } from './models/modelWatcher';
import { createLog } from './notify';
import { answerCommand, answerExport } from './panel/answerPage';
import { Panels } from './panel/panels';
import { changedSince } from './results/changedSince';
import { ResultStore } from './results/resultStore';
import { keepWithoutNoise } from './results/sessionNoise';
import { StatusBar } from './statusBar';
import type { TestApi } from './testApi';
import { TrainingParts } from './training/trainingParts';
import { InspectorView } from './views/inspectorView';
import { ModelTree } from './views/modelTree';
import type { ResultNode } from './views/resultTree';
import { ResultTree } from './views/resultTree';

const RESTRICTED = l10n.t(
  'Restricted Mode: models, the folder of training runs and TensorFlow’s module from this workspace’s settings are left out.',
);

/** Builds the parts and connects them. Nothing is read, started or computed here. */
export class App extends Disposables {
  readonly #context: ExtensionContext;
  readonly #log = this.add(createLog('Gradient Lens'));
  readonly #engine: EngineHost;
  readonly #models: Models;
  readonly #store: ResultStore;
  readonly #panels: Panels;
  readonly #inspector: InspectorView;
  readonly #training: TrainingParts;
  readonly #resultTree: ResultTree;
  readonly #reports = this.add(new CheckReports());

  constructor(context: ExtensionContext) {
    super();
    this.#context = context;
    const { extensionUri } = context;
    const log = this.#log;
    this.#engine = this.add(
      new EngineHost({
        enginePath: Uri.joinPath(extensionUri, 'dist', 'engine.js').fsPath,
        log,
        state: context.globalState,
        version: String((context.extension.packageJSON as { readonly version?: unknown }).version),
      }),
    );
    this.#models = this.add(new Models(context.workspaceState, Uri.joinPath(extensionUri, 'media', 'models').fsPath));
    this.#store = this.add(
      new ResultStore({
        folder: Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'results'),
        files: workspace.fs,
        limit: () => settings.resultsLimit.read(),
        warn: (message) => log.warn(message),
      }),
    );
    this.#resultTree = this.add(new ResultTree(this.#store, () => this.#engine.rememberedCatalog));
    this.#training = this.add(new TrainingParts({ context, log, engine: this.#engine, models: this.#models }));
    const watcher = this.add(new ModelWatcher((path) => void this.#engine.forgetModel(path)));
    this.#panels = this.add(
      new Panels({
        extensionUri,
        log,
        engine: this.#engine,
        activeModel: () => this.#models.active,
        modelOf: (facts) => this.#models.ofPath(facts.path),
        modelUsed: ({ reference }) => watcher.watch(reference.path),
        store: keepWithoutNoise(this.#store),
        chooseCheckpoints: () => chooseCheckpoints(this.#training.runs),
        changedSince: (record) =>
          changedSince(record, async ({ path }) => {
            if (this.#engine.pid === undefined) return undefined;
            return (await this.#engine.calls.modelInfo({ model: this.#models.ofPath(path).reference })).hash;
          }),
        readResult: (id) => this.#store.read(id),
        onExport: (message, session) => void answerExport(message, session, this.#engine, log),
        onCommand: (message, session) => void answerCommand(message, session, this.#engine, log),
      }),
    );
    this.#inspector = this.add(new InspectorView(extensionUri, log));
    this.#addViews();
    this.#addCommands();
    this.add(
      this.#models.onDidChangeActive(() => {
        if (this.#panels.visible) void this.#panels.session?.retry({ modelChanged: true });
      }),
    );
  }

  /** For the tests in the extension host only. */
  testApi(activationMilliseconds: number): TestApi | undefined {
    if (this.#context.extensionMode !== ExtensionMode.Test) return undefined;
    return {
      activationMilliseconds,
      engine: this.#engine,
      store: this.#store,
      models: this.#models,
      panels: this.#panels,
      reports: this.#reports,
      resultTree: this.#resultTree,
      training: this.#training,
    };
  }

  #addViews(): void {
    const modelTree = this.add(new ModelTree(this.#models));
    const models = this.add(window.createTreeView(viewIds.models, { treeDataProvider: modelTree }));
    const sayTrust = () => (models.message = workspace.isTrusted ? '' : RESTRICTED);
    sayTrust();
    this.add(workspace.onDidGrantWorkspaceTrust(sayTrust));
    const resultTree = this.#resultTree;
    const results = this.add(
      window.createTreeView<ResultNode>(viewIds.results, {
        treeDataProvider: resultTree,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    this.add(
      results.onDidChangeSelection(({ selection }) => {
        resultTree.selection = selection;
        const [node] = selection;
        if (node?.kind === 'row') this.#inspector.showRecord(node.row.runs[0]!.record);
      }),
    );
    this.add(resultTree.onDidChangeTreeData(() => (results.message = resultTree.filterWords ?? '')));
    const statusBar = this.add(new StatusBar());
    this.add(this.#panels.onDidChangeVisibility((visible) => (statusBar.visible = visible)));
    this.add(this.#panels.onDidProbe((probe) => this.#inspector.showProbe(probe)));
    this.add(
      this.#panels.onDidChangeState((state) => {
        const record = recordOf(state);
        this.#inspector.showRecord(record);
        statusBar.model = record?.model;
        if (record) modelTree.learn(record.model);
      }),
    );
  }

  #addCommands(): void {
    const { extensionUri, extension } = this.#context;
    const services = { store: this.#store, panels: this.#panels, engine: this.#engine };
    this.add(
      registerCommands(
        {
          ...imageCommands({ ...services, extensionUri, extensionId: extension.id }),
          ...modelCommands(this.#models, this.#engine),
          ...preprocessingCommand({ models: this.#models, ...services }),
          ...checkCommands(this.#models, this.#engine, this.#reports),
          ...resultCommands({ ...services, tree: this.#resultTree, log: this.#log }),
          ...this.#training.commands(),
          ...integrateCommand(this.#panels, this.#engine, this.#training.runs),
          'gradientLens.restartEngine': () => this.#engine.restart(),
          'gradientLens.showLog': () => this.#log.show(),
        },
        this.#log,
      ),
    );
  }
}

function recordOf(state: PanelState) {
  return 'result' in state ? state.result.record : undefined;
}
