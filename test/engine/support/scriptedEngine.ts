import { serveEngine } from '../../../src/engine/serve';
import type { ImageReference, Job, Prediction } from '../../../src/engine/calls/service';
import type { EngineService } from '../../../src/engine/calls/table';
import { CancelledError, UserError } from '../../../src/core/errors';

// An engine whose `predict` does what the image's path says: how the process, not the model, behaves is under test.

function unused(): Promise<never> {
  return Promise.reject(new Error('Not scripted'));
}

async function perform(image: ImageReference, job: Job | undefined): Promise<unknown> {
  const [action, value] = image.path.split(':');
  switch (action ?? '') {
    case 'echo':
      return { bytes: image.bytes, pid: process.pid };
    case 'progress':
      for (const done of [1, 2, 3]) job?.progress?.({ stage: 'compute', done, total: 3 });
      return {};
    case 'wait':
      return new Promise((resolve, reject) => {
        job?.progress?.({ stage: 'compute', done: 0, total: 1 });
        const timer = setTimeout(() => resolve({ pid: process.pid }), Number(value));
        job?.signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          process.stdout.write('heard the cancellation\n');
          reject(new CancelledError());
        });
      });
    case 'block': {
      const end = Date.now() + Number(value);
      while (Date.now() < end);
      return {};
    }
    case 'exit':
      process.stderr.write('last words\n');
      process.exit(Number(value));
      break;
    case 'user-error':
      throw new UserError('image-unreadable', 'It is no image.', 'Choose another.');
    case 'defect':
      throw new TypeError('the index is wrong');
    case 'fill-memory': {
      const rows: string[][] = [];
      for (;;) rows.push(Array.from({ length: 1e5 }, (_, index) => `${rows.length} ${index}`));
    }
  }
  return {};
}

const service: EngineService = {
  methods: () => Promise.resolve({ attribution: [], attack: [], metric: [] }),
  modelInfo: unused,
  checkModel: unused,
  tryPresets: unused,
  checkpoints: unused,
  predict: async ({ image }, job) => (await perform(image, job)) as Prediction,
  attribute: unused,
  attack: unused,
  evaluate: unused,
  encode: ({ image }) => Promise.resolve(Uint8Array.from(image.data, (value) => 2 * value)),
  thumbnail: unused,
  renderOverlay: unused,
  forgetModel: () => Promise.resolve(),
  dispose: () => Promise.resolve(),
};

serveEngine(service);
