import type { Disposable, Event, LogOutputChannel, WebviewPanel, WebviewPanelSerializer } from 'vscode';
import { EventEmitter, l10n, Uri, ViewColumn, window } from 'vscode';
import { object, text } from '../../core/schema/kinds';
import { readIf } from '../../core/schema/schema';
import type { PanelState, Probe, ToPanel } from '../../protocol/panel';
import { fromPanel, unreadRequest } from '../../protocol/panel';
import { setContextKey } from '../contextKeys';
import { Disposables } from '../disposables';
import { PANEL_VIEW_TYPE } from '../manifest';
import type { Result } from '../results/resultFiles';
import { pageOptions } from '../pages/html';
import type { Heard } from '../pages/page';
import { Page } from '../pages/page';
import type { SessionServices } from './panelSession';
import { PanelSession } from './panelSession';

/** What the panel's page says. */
export type PanelMessage = Heard<typeof fromPanel>;

export interface PanelsOptions extends SessionServices {
  readonly extensionUri: Uri;
  readonly log: LogOutputChannel;
  readonly readResult: (id: string) => Promise<Result>;
  readonly onExport: (message: PanelMessage & { type: 'export' }, session: PanelSession) => void;
  readonly onCommand: (message: PanelMessage & { type: 'command' }, session: PanelSession) => void;
}

interface OpenPanel {
  readonly panel: WebviewPanel;
  readonly session: PanelSession;
}

/** What the page keeps over a reload; only the result's name is ours. */
const pageState = object({ recordId: text(100) });

/** The panel beside the editor: opened on demand, used again for the next image, restored after a reload of the window. */
export class Panels implements Disposable, WebviewPanelSerializer {
  readonly #disposables = new Disposables();
  readonly #stateChanged = this.#disposables.add(new EventEmitter<PanelState>());
  readonly #probed = this.#disposables.add(new EventEmitter<Probe | undefined>());
  readonly #visibilityChanged = this.#disposables.add(new EventEmitter<boolean>());
  readonly onDidChangeState: Event<PanelState> = this.#stateChanged.event;
  readonly onDidProbe: Event<Probe | undefined> = this.#probed.event;
  readonly onDidChangeVisibility: Event<boolean> = this.#visibilityChanged.event;
  #open: OpenPanel | undefined;

  constructor(private readonly options: PanelsOptions) {
    this.#disposables.add(window.registerWebviewPanelSerializer(PANEL_VIEW_TYPE, this));
  }

  /** The session of the open panel. */
  get session(): PanelSession | undefined {
    return this.#open?.session;
  }

  get visible(): boolean {
    return this.#open?.panel.visible ?? false;
  }

  /** The open panel's session, brought to sight without taking the focus; else a new one beside the editor. */
  show(): PanelSession {
    if (this.#open) {
      this.#open.panel.reveal(undefined, true);
      return this.#open.session;
    }
    const panel = window.createWebviewPanel(
      PANEL_VIEW_TYPE,
      l10n.t('Gradient Lens'),
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      pageOptions(this.options.extensionUri),
    );
    return this.#adopt(panel);
  }

  async deserializeWebviewPanel(panel: WebviewPanel, state: unknown): Promise<void> {
    if (this.#open) {
      panel.dispose();
      return;
    }
    const session = this.#adopt(panel);
    const left = readIf(pageState, state);
    if (!left) return;
    try {
      await session.open(await this.options.readResult(left.recordId));
    } catch (error) {
      session.showFailure(l10n.t('The result that was shown here'), error);
    }
  }

  dispose(): void {
    this.#open?.panel.dispose();
    this.#disposables.dispose();
  }

  #adopt(panel: WebviewPanel): PanelSession {
    const { extensionUri, log } = this.options;
    const owned = new Disposables();
    const session = owned.add(new PanelSession(this.options));
    const receive = (message: PanelMessage) => this.#receive(message, session, page);
    const page = owned.add(
      new Page<ToPanel, typeof fromPanel>({
        webview: panel.webview,
        extensionUri,
        name: 'panel',
        messages: fromPanel,
        receive,
        refused(message, reason) {
          const request = readIf(unreadRequest, message);
          if (request) session.refuse(request.id, new TypeError(`A request of the page could not be read: ${reason}`));
        },
        log,
      }),
    );
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, 'media', 'view-light.svg'),
      dark: Uri.joinPath(extensionUri, 'media', 'view.svg'),
    };
    owned.add(session.onDidPost((message) => page.post(message)));
    owned.add(session.onDidChangeBusy((busy) => setContextKey('gradientLens.busy', busy)));
    owned.add(
      session.onDidChangeState((state) => {
        panel.title = titleOf(state);
        this.#announce(state);
      }),
    );
    owned.add(panel.onDidChangeViewState(() => this.#visibilityChanged.fire(panel.visible)));
    panel.onDidDispose(() => {
      owned.dispose();
      this.#open = undefined;
      setContextKey('gradientLens.busy', false);
      this.#announce({ kind: 'empty' });
      this.#visibilityChanged.fire(false);
    });
    this.#open = { panel, session };
    this.#visibilityChanged.fire(panel.visible);
    return session;
  }

  #announce(state: PanelState): void {
    setContextKey('gradientLens.shown', 'result' in state ? state.kind : 'nothing');
    this.#stateChanged.fire(state);
  }

  #receive(message: PanelMessage, session: PanelSession, page: Page<ToPanel, typeof fromPanel>): void {
    switch (message.type) {
      case 'ready':
        for (const missed of session.messagesForNewPage()) page.post(missed);
        return;
      case 'attribute':
      case 'attack':
        void session.answer(message);
        return;
      case 'cancel':
        session.cancel(message.id);
        return;
      case 'probe':
        this.#probed.fire(message.probe);
        return;
      case 'export':
        this.options.onExport(message, session);
        return;
      case 'command':
        this.options.onCommand(message, session);
        return;
    }
  }
}

function titleOf(state: PanelState): string {
  if (state.kind === 'empty') return l10n.t('Gradient Lens');
  return l10n.t('{0}: Gradient Lens', 'result' in state ? state.result.record.image.name : state.imageName);
}
