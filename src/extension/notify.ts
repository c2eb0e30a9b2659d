import type { LogOutputChannel, MessageOptions } from 'vscode';
import { window } from 'vscode';
import { printable, printableLines, printableMessage } from '../core/printable';

/** Every message and every line of the log passes through here: their words may come from a model, a file or a path. */

export function showError(message: string, ...actions: string[]): Thenable<string | undefined> {
  return window.showErrorMessage(printableMessage(message), ...actions);
}

export function showInformation(message: string, ...actions: string[]): Thenable<string | undefined> {
  return window.showInformationMessage(printableMessage(message), ...actions);
}

/** A question that must be answered first. */
export function askModally(
  question: string,
  options: Omit<MessageOptions, 'modal'>,
  ...actions: string[]
): Thenable<string | undefined> {
  return window.showWarningMessage(printableMessage(question), { ...options, modal: true }, ...actions);
}

/** A log of the editor that writes printable text; values beside a message are left out. */
export function createLog(name: string): LogOutputChannel {
  const channel = window.createOutputChannel(name, { log: true });
  return {
    name,
    get logLevel() {
      return channel.logLevel;
    },
    onDidChangeLogLevel: channel.onDidChangeLogLevel,
    trace: (message) => channel.trace(printable(message)),
    debug: (message) => channel.debug(printable(message)),
    info: (message) => channel.info(printable(message)),
    warn: (message) => channel.warn(printable(message)),
    error: (message) => channel.error(errorText(message)),
    append: (value) => channel.append(printableLines(value)),
    appendLine: (value) => channel.appendLine(printable(value)),
    replace: (value) => channel.replace(printableLines(value)),
    clear: () => channel.clear(),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the type asks for both of its forms
    show: (keepFocus?: unknown) => channel.show(keepFocus === true),
    hide: () => channel.hide(),
    dispose: () => channel.dispose(),
  };
}

/** A stack has lines. */
function errorText(message: string | Error): string {
  return message instanceof Error ? printableLines(message.stack ?? String(message)) : printable(message);
}
