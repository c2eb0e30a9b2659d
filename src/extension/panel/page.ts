import type { Disposable, LogOutputChannel, Uri, Webview } from 'vscode';
import type { Reader } from '../../protocol/read';
import { Disposables } from '../disposables';
import type { PageName } from './html';
import { pageHtml, pageOptions } from './html';

export interface PageOptions<From> {
  readonly webview: Webview;
  readonly extensionUri: Uri;
  readonly name: PageName;
  readonly read: Reader<From>;
  readonly receive: (message: From) => void;
  readonly log: LogOutputChannel;
}

/**
 * The page in a webview. It says `ready` each time it is loaded (a hidden webview is thrown away), and only then hears
 * messages; what it missed it gets by being sent its state whole.
 */
export class Page<To, From extends { readonly type: string }> implements Disposable {
  readonly #disposables = new Disposables();
  #ready = false;

  constructor(private readonly options: PageOptions<From>) {
    const { webview, extensionUri, name } = options;
    // Also for a restored webview: its folders were those of the version that made it.
    webview.options = pageOptions(extensionUri);
    this.#disposables.add(webview.onDidReceiveMessage((message: unknown) => this.#receive(message)));
    webview.html = pageHtml(webview, extensionUri, name);
  }

  post(message: To): void {
    void this.deliver(message);
  }

  /** Settles when the page has got the message, or will never. */
  async deliver(message: To): Promise<void> {
    if (this.#ready) await this.options.webview.postMessage(message);
  }

  /** The page was thrown away because it is out of sight; it will say `ready` when it is back. */
  forget(): void {
    this.#ready = false;
  }

  dispose(): void {
    this.#ready = false;
    this.#disposables.dispose();
  }

  #receive(value: unknown): void {
    let message: From;
    try {
      message = this.options.read(value);
    } catch (error) {
      this.options.log.warn(`A message of the ${this.options.name} page was refused: ${String(error)}`);
      return;
    }
    if (message.type === 'ready') this.#ready = true;
    this.options.receive(message);
  }
}
