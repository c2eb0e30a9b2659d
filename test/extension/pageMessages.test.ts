import assert from 'node:assert/strict';
import type { LogOutputChannel, Webview } from 'vscode';
import { EventEmitter, Uri } from 'vscode';
import { Page } from '../../src/extension/pages/page';
import type { ToTraining } from '../../src/protocol/training';
import { fromTraining } from '../../src/protocol/training';

describe('what a page says', () => {
  const warnings: string[] = [];
  const log = { warn: (text: string) => void warnings.push(text) } as unknown as LogOutputChannel;
  const posted: unknown[] = [];
  const said = new EventEmitter<unknown>();
  const webview = {
    options: {},
    html: '',
    cspSource: '',
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: said.event,
    postMessage: async (message: unknown) => posted.push(message) > 0,
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

  it('is answered with messages whose arrays lie in one buffer: the editor counts buffers in one byte', async () => {
    const page = new Page<ToTraining, typeof fromTraining>({
      webview,
      extensionUri: Uri.file('/extension'),
      name: 'training',
      messages: fromTraining,
      receive: () => undefined,
      log,
    });
    said.fire({ type: 'ready' });
    const image = () => ({
      predicted: 0,
      probability: 1,
      loss: 0,
      gradientXInput: Uint8Array.of(1, 2),
      gradientXInputScale: 1,
      lossGradient: Int8Array.of(-1, 2),
      lossGradientScale: 1,
    });
    const frames = Array.from({ length: 64 }, (_, step) => ({ step, images: [image(), image()] }));
    const message: ToTraining = { type: 'frames', request: 1, frames };
    await page.deliver(message);
    page.dispose();
    assert.deepEqual(posted, [message]);
    const [sent] = posted as [typeof message];
    const maps = sent.frames.flatMap(({ images }) =>
      images.flatMap((each) => [each.gradientXInput, each.lossGradient]),
    );
    assert.equal(maps.length, 256);
    assert.equal(new Set(maps.map(({ buffer }) => buffer)).size, 1);
  });
});
