import type { FileHandle } from 'node:fs/promises';
import type { History } from './contents';
import { damagedRun, openForWriting, readOwn, replaceFile, writeAll } from './ownFiles';
import type { EpochResult } from './record';

/** One line of `minibatches.csv`. */
export interface MinibatchEntry {
  /** From 1. */
  readonly step: number;
  readonly epoch: number;
  readonly images: number;
  readonly loss: number;
  readonly correct: number;
  readonly learningRate: number;
}

/** Appends to `minibatches.csv`. */
export interface HistoryWriter {
  add(entry: MinibatchEntry): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const HISTORY_FILE = 'minibatches.csv';
const HEAD = 'minibatch,epoch,images,loss,correct,learning_rate\n';
const LARGEST = 1024 ** 3;
const NEW_LINE = 0x0a;

/** The writer of a run of which the first `step` minibatches are done; what the file has beyond them is dropped. */
export async function createHistoryWriter(folder: string, step: number): Promise<HistoryWriter> {
  const handle = await openForWriting(folder, HISTORY_FILE);
  let position: number;
  try {
    position = step === 0 ? await begin(handle) : await endOfLines(folder, step);
    await handle.truncate(position);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let waiting = '';

  async function flush(): Promise<void> {
    const bytes = new TextEncoder().encode(waiting);
    waiting = '';
    if (bytes.length > 0) await writeAll(handle, bytes, position);
    position += bytes.length;
  }

  return {
    add({ step: number, epoch, images, loss, correct, learningRate }) {
      waiting += `${number},${epoch},${images},${loss},${correct},${learningRate}\n`;
    },
    flush,
    async close() {
      await flush().finally(() => handle.close());
    },
  };
}

async function begin(handle: FileHandle): Promise<number> {
  await writeAll(handle, new TextEncoder().encode(HEAD), 0);
  return HEAD.length;
}

/** Bytes of the head and `count` lines. */
async function endOfLines(folder: string, count: number): Promise<number> {
  const bytes = await readOwn(folder, HISTORY_FILE, LARGEST);
  let end = -1;
  for (let line = 0; line <= count; line++) {
    end = bytes.indexOf(NEW_LINE, end + 1);
    if (end < 0) throw damagedRun(HISTORY_FILE, 'does not hold all minibatches');
  }
  return end + 1;
}

/** The minibatches of a run, up to the first line that is not the next minibatch's (the last one may be half written). */
export async function readHistory(folder: string): Promise<History> {
  const text = new TextDecoder().decode(await readOwn(folder, HISTORY_FILE, LARGEST));
  const loss: number[] = [];
  const accuracy: number[] = [];
  let start = text.indexOf('\n') + 1;
  for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
    const [step, , images, lossText, correct] = text.slice(start, end).split(',').map(Number);
    if (step !== loss.length + 1 || correct === undefined || !(images! > 0)) break;
    loss.push(lossText!);
    accuracy.push(correct / images!);
    start = end + 1;
  }
  return { loss: Float32Array.from(loss), accuracy: Float32Array.from(accuracy) };
}

/** Writes `epochs.csv`. */
export async function writeEpochs(folder: string, epochs: readonly EpochResult[]): Promise<void> {
  const lines = epochs.map(({ epoch, loss, accuracy, validation, seconds }) =>
    [epoch, loss, accuracy, validation?.loss ?? '', validation?.accuracy ?? '', seconds].join(','),
  );
  const text = ['epoch,loss,accuracy,validation_loss,validation_accuracy,seconds', ...lines, ''].join('\n');
  await replaceFile(folder, 'epochs.csv', (handle) => handle.writeFile(text), { lasting: false });
}
