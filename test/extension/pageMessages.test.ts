import assert from 'node:assert/strict';
import type { LogOutputChannel, Webview } from 'vscode';
import { EventEmitter, Uri } from 'vscode';
import { Page } from '../../src/extension/pages/page';
import { fromTraining } from '../../src/protocol/training';

describe('what a page says', () => {
  const warnings: string[] = [];
  const log = { warn: (text: string) => void warnings.push(text) } as unknown as LogOutputChannel;
  const said = new EventEmitter<unknown>();
  const webview = {
    options: {},
    html: '',
    cspSource: '',
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: said.event,
    postMessage: async () => true,
  } as unknown as Webview;

  it('is handed on where it fits, and else logged with the place that does not', () => {
    const heard: unknown[] = [];
    const page = new Page({
      webview,
      extensionUri: Uri.file('/extension'),
      name: 'training',
      messages: fromTraining,
      receive: (message) => heard.push(message),
      log,
    });
    said.fire({ type: 'frames', request: 1, from: 0, to: 9, stride: 0 });
    said.fire({ type: 'refused', reason: 'dataset.info.format: not one of "folders"' });
    said.fire({ type: 'maps', image: 2, more: 1 });
    page.dispose();
    assert.deepEqual(heard, [{ type: 'maps', image: 2 }]);
    assert.deepEqual(warnings, [
      'A message of the training page was refused: stride: not a whole number from 1 to 1000000000',
      'The training page refused what it was given: dataset.info.format: not one of "folders"',
    ]);
  });
});
