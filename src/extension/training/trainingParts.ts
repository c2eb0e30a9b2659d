import type { ExtensionContext, LogOutputChannel } from 'vscode';
import { Uri, window } from 'vscode';
import { runCommands } from './runCommands';
import { trainingCommands } from './trainingCommands';
import { Disposables } from '../disposables';
import type { EngineHost } from '../engineHost';
import { viewIds } from '../manifest';
import type { Models } from '../models/models';
import { RunTree } from './runTree';
import { answerTraining } from './answerTraining';
import { FormChoices } from './formChoices';
import { trainingFolder } from './runFolder';
import { RunList } from './runList';
import { tellEnd } from './tellEnd';
import { Training } from './training';
import { TrainingHost } from './trainingHost';
import { TrainingPanel, type TrainingMessage } from './trainingPanel';
import { TrainingSession } from './trainingSession';
import { TrainingStatus } from './trainingStatus';

export interface TrainingPartsOptions {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly engine: EngineHost;
  readonly models: Models;
}

/** Everything that training is made of on this side of the process. Nothing is read, started or computed here. */
export class TrainingParts extends Disposables {
  readonly host: TrainingHost;
  readonly training: Training;
  readonly choices: FormChoices;
  readonly session: TrainingSession;
  readonly panel: TrainingPanel;
  readonly runs: RunList;
  readonly status: TrainingStatus;

  constructor(private readonly options: TrainingPartsOptions) {
    super();
    const { context, log, engine, models } = options;
    const { extensionUri, workspaceState: state } = context;
    this.host = this.add(new TrainingHost({ enginePath: Uri.joinPath(extensionUri, 'dist', 'engine.js').fsPath, log }));
    this.training = this.add(new Training(this.host));
    this.choices = new FormChoices({ host: this.host, engine, models, state, log, folder: this.#folder });
    this.session = this.add(
      new TrainingSession({ host: this.host, training: this.training, choices: this.choices, log }),
    );
    this.panel = this.add(
      new TrainingPanel({
        extensionUri,
        log,
        state,
        session: this.session,
        receive: (message) => void this.answer(message),
      }),
    );
    this.runs = this.add(new RunList(this.#folder, (message) => log.warn(message)));
    this.status = this.add(new TrainingStatus(this.training));
    const tree = this.add(new RunTree(this.runs, this.training));
    this.add(window.createTreeView(viewIds.runs, { treeDataProvider: tree }));
    this.add(this.training.onDidEnd((end) => void tellEnd(end, log)));
  }

  /** Does what the page asks for. */
  answer(message: TrainingMessage): Promise<void> {
    const { host } = this;
    return answerTraining(message, { ...this.#services(), engine: this.options.engine, host });
  }

  commands() {
    const { context, models } = this.options;
    const { host, training, choices, session, runs } = this;
    const trainingPanel = this.panel;
    const datasets = Uri.joinPath(context.globalStorageUri, 'datasets');
    return {
      ...trainingCommands({ host, training, choices, session, trainingPanel, datasets }),
      ...runCommands({ ...this.#services(), runs, models, trainingPanel }),
    };
  }

  readonly #folder = () => trainingFolder(this.options.context.globalStorageUri);

  #services() {
    const { training, session, choices } = this;
    return { training, session, choices, folder: this.#folder };
  }
}
