import assert from 'node:assert/strict';
import { DEFAULT_TRAINING } from '../../src/training/options';
import { read } from '../../src/core/schema/schema';
import { fromTraining } from '../../src/protocol/training';

const readFromTraining = (message: unknown) => read(fromTraining, message);
const plan = { network: 'deep-network', fresh: false, name: 'first', options: DEFAULT_TRAINING };
const film = (length: number) => {
  const bytes = new Uint8Array(length);
  bytes.set([0x1a, 0x45, 0xdf, 0xa3]);
  return bytes;
};

describe('messages of the training page', () => {
  it('are read with what belongs to them and nothing else', () => {
    assert.deepEqual(readFromTraining({ type: 'start', plan: { ...plan, folder: '/etc' }, more: 1 }), {
      type: 'start',
      plan,
    });
    const request = { path: '/pictures', height: 28, color: 'grayscale', classes: ['cat', 'dog'], limit: 100 };
    assert.deepEqual(readFromTraining({ type: 'dataset', request: { ...request, cacheBytes: 1e15 } }), {
      type: 'dataset',
      request,
    });
    const frames = { type: 'frames', request: 3, from: 0, to: 64, stride: 2 };
    assert.deepEqual(readFromTraining(frames), frames);
    for (const type of ['ready', 'chooseDataset', 'getFashionMnist', 'chooseWatched', 'openModel', 'newRun', 'cancel'])
      assert.deepEqual(readFromTraining({ type, more: 1 }), { type });
  });

  it('carry films', () => {
    const read = readFromTraining({ type: 'film', webm: film(20) });
    assert.ok(read.type === 'film' && read.webm.length === 20);
  });

  const options = (change: object) => ({
    type: 'start',
    plan: { ...plan, options: { ...DEFAULT_TRAINING, ...change } },
  });
  const refused: Readonly<Record<string, unknown>> = {
    nothing: undefined,
    'an inherited property as type': { type: 'constructor' },
    'no epochs': options({ epochs: 0 }),
    'half a minibatch': options({ batchSize: 0.5 }),
    'a learning rate that is no number': options({ optimizer: { ...DEFAULT_TRAINING.optimizer, learningRate: NaN } }),
    'an optimiser that does not exist': options({ optimizer: { ...DEFAULT_TRAINING.optimizer, kind: 'magic' } }),
    'a share above 1': options({ validationShare: 1.5 }),
    'a name as long as a book': { type: 'start', plan: { ...plan, name: 'x'.repeat(1e6) } },
    'frames from below 0': { type: 'frames', request: 1, from: -1, to: 2, stride: 1 },
    'frames with no stride': { type: 'frames', request: 1, from: 0, to: 2, stride: 0 },
    'an action that does not exist': { type: 'control', action: 'delete' },
    'an export that does not exist': { type: 'export', what: 'exe', map: 'gradient-x-input' },
    'a film that is none': { type: 'film', webm: new Uint8Array(20) },
    'a film as a list': { type: 'film', webm: [...film(20)] },
  };
  for (const [name, message] of Object.entries(refused))
    it(`are refused: ${name}`, () => {
      assert.throws(() => readFromTraining(message), TypeError);
    });
});
