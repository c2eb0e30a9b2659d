import type { Disposable, Event, LogOutputChannel, Memento, WebviewPanel, WebviewPanelSerializer } from 'vscode';
import { EventEmitter, l10n, Uri, ViewColumn, window } from 'vscode';
import type { ToTraining } from '../../protocol/training';
import { fromTraining } from '../../protocol/training';
import { Disposables } from '../disposables';
import { TRAINING_VIEW_TYPE } from '../manifest';
import { pageOptions } from '../pages/html';
import type { Heard } from '../pages/page';
import { Page } from '../pages/page';
import type { TrainingSession } from './trainingSession';

const SHOWN_KEY = 'gradientLens.training.shown';

/** What the training page says. */
export type TrainingMessage = Heard<typeof fromTraining>;

export interface TrainingPanelOptions {
  readonly extensionUri: Uri;
  readonly log: LogOutputChannel;
  readonly session: TrainingSession;
  /** Keeps which run is shown over a reload of the window. */
  readonly state: Memento;
  readonly receive: (message: TrainingMessage) => void;
}

/** The one training panel: opened on demand, restored with the run that was shown; closing it ends nothing. */
export class TrainingPanel implements Disposable, WebviewPanelSerializer {
  readonly #disposables = new Disposables();
  readonly #posted = this.#disposables.add(new EventEmitter<ToTraining>());
  /** For the tests: what the page was sent, or would have been. */
  readonly onDidPost: Event<ToTraining> = this.#posted.event;
  #panel: WebviewPanel | undefined;
  #page: Page<ToTraining, typeof fromTraining> | undefined;
  /** A frame that is still on its way: the ones that come meanwhile are seen in the scrubber only. */
  #frameUnderWay = false;

  constructor(private readonly options: TrainingPanelOptions) {
    const { session } = options;
    this.#disposables.add(window.registerWebviewPanelSerializer(TRAINING_VIEW_TYPE, this));
    this.#disposables.add(session.onDidPost((message) => void this.#post(message)));
    this.#disposables.add(
      session.onDidChangeShown(() => {
        this.#entitle();
        void options.state.update(SHOWN_KEY, session.folder);
      }),
    );
  }

  get open(): boolean {
    return this.#panel !== undefined;
  }

  /** Brings the panel to sight. */
  show(): void {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    const { extensionUri } = this.options;
    const column = ViewColumn.Active;
    this.#adopt(window.createWebviewPanel(TRAINING_VIEW_TYPE, l10n.t('Training'), column, pageOptions(extensionUri)));
  }

  async deserializeWebviewPanel(panel: WebviewPanel): Promise<void> {
    if (this.#panel) {
      panel.dispose();
      return;
    }
    const folder = this.options.state.get<unknown>(SHOWN_KEY);
    if (typeof folder === 'string') await this.options.session.showRun(folder);
    this.#adopt(panel);
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#disposables.dispose();
  }

  #adopt(panel: WebviewPanel): void {
    const { extensionUri, session, log, receive } = this.options;
    const page = new Page<ToTraining, typeof fromTraining>({
      webview: panel.webview,
      extensionUri,
      name: 'training',
      messages: fromTraining,
      receive: (message) => {
        if (message.type === 'ready') void session.setSeen(true);
        else receive(message);
      },
      log,
    });
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, 'media', 'view-light.svg'),
      dark: Uri.joinPath(extensionUri, 'media', 'view.svg'),
    };
    panel.onDidChangeViewState(() => {
      if (panel.visible) return;
      page.forget();
      void session.setSeen(false);
    });
    panel.onDidDispose(() => {
      page.dispose();
      this.#panel = undefined;
      this.#page = undefined;
      void session.setSeen(false);
    });
    this.#panel = panel;
    this.#page = page;
    this.#entitle();
  }

  async #post(message: ToTraining): Promise<void> {
    this.#posted.fire(message);
    if (message.type !== 'event' || message.event.kind !== 'frame') {
      await this.#page?.deliver(message);
      return;
    }
    if (this.#frameUnderWay) return;
    this.#frameUnderWay = true;
    try {
      await this.#page?.deliver(message);
    } finally {
      this.#frameUnderWay = false;
    }
  }

  #entitle(): void {
    const name = this.options.session.contents?.record.name;
    if (this.#panel) this.#panel.title = name === undefined ? l10n.t('Training') : l10n.t('{0}: Training', name);
  }
}
