import type { ResultRecord } from '../../core/result/kinds';
import type { Disposable, LogOutputChannel, Uri, WebviewView, WebviewViewProvider } from 'vscode';
import { window } from 'vscode';
import type { ToInspector } from '../../protocol/inspector';
import { fromInspector } from '../../protocol/inspector';
import type { Probe } from '../../protocol/panel';
import { Disposables } from '../disposables';
import { viewIds } from '../manifest';
import { Page } from '../pages/page';

/** The side bar's Inspector: the record of the selected result and the probe of the panel. */
export class InspectorView implements WebviewViewProvider, Disposable {
  readonly #disposables = new Disposables();
  #page: Page<ToInspector, typeof fromInspector> | undefined;
  #record: ResultRecord | undefined;
  #probe: Probe | undefined;

  constructor(
    private readonly extensionUri: Uri,
    private readonly log: LogOutputChannel,
  ) {
    this.#disposables.add(window.registerWebviewViewProvider(viewIds.inspector, this));
  }

  resolveWebviewView(view: WebviewView): void {
    this.#page?.dispose();
    const page = new Page<ToInspector, typeof fromInspector>({
      webview: view.webview,
      extensionUri: this.extensionUri,
      name: 'inspector',
      messages: fromInspector,
      receive: () => this.#postAll(),
      log: this.log,
    });
    this.#page = page;
    view.onDidDispose(() => {
      page.dispose();
      if (this.#page === page) this.#page = undefined;
    });
  }

  showRecord(record: ResultRecord | undefined): void {
    if (record?.id !== this.#record?.id) this.#probe = undefined;
    this.#record = record;
    this.#postAll();
  }

  showProbe(probe: Probe | undefined): void {
    this.#probe = probe;
    this.#page?.post({ type: 'probe', probe });
  }

  dispose(): void {
    this.#page?.dispose();
    this.#disposables.dispose();
  }

  #postAll(): void {
    this.#page?.post({ type: 'record', record: this.#record });
    this.#page?.post({ type: 'probe', probe: this.#probe });
  }
}
