import type { Disposable, LogOutputChannel, Uri, Webview } from 'vscode';
import type { Of, Schema } from '../../core/schema/schema';
import { misfitText, reading } from '../../core/schema/schema';
import { onOneBuffer } from '../../protocol/oneBuffer';
import type { refused } from '../../protocol/refused';
import { Disposables } from '../disposables';
import type { PageName } from './html';
import { pageHtml, pageOptions } from './html';

/** A message of a page that was handed on. */
export type Heard<From extends Schema> = Exclude<Of<From>, Of<typeof refused>>;

export interface PageOptions<From extends Schema> {
  readonly webview: Webview;
  readonly extensionUri: Uri;
  readonly name: PageName;
  readonly messages: From;
  readonly receive: (message: Heard<From>) => void;
  /** Hears a message that does not fit, which is logged in any case. */
  readonly refused?: (message: unknown, reason: string) => void;
  readonly log: LogOutputChannel;
}

/**
 * The page in a webview. It says `ready` each time it is loaded (a hidden webview is thrown away), and only then hears
 * messages; what it missed it gets by being sent its state whole.
 */
export class Page<To, From extends Schema> implements Disposable {
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
    if (this.#ready) await this.options.webview.postMessage(onOneBuffer(message));
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
    const { name, log, messages, receive, refused } = this.options;
    const { value: message, misfit } = reading(messages, value);
    if (misfit) {
      log.warn(`A message of the ${name} page was refused: ${misfitText(misfit)}`);
      refused?.(value, misfitText(misfit));
      return;
    }
    const { type, reason } = message as { readonly type: string; readonly reason?: string };
    if (type === 'refused') {
      log.warn(`The ${name} page refused what it was given: ${reason}`);
      return;
    }
    if (type === 'ready') this.#ready = true;
    receive(message as Heard<From>);
  }
}
