import { createRandom, deriveSeed, shuffledIndices } from '../core/random';
import type { PictureSize } from './architectures/architecture';
import { augment } from './data/augment';
import type { ImageSet } from './data/dataset';
import { unreadable } from './data/failures';
import { createLeftOut, readReadable, type LeftOut } from './data/leftOut';
import { DRAWS } from './draws';
import type { Minibatch } from '../core/model/trainableNetwork';
import type { TrainingOptions } from './options';

/** The minibatches of a run by their number, which alone (and the seed) says what is in them. */
export interface MinibatchReader {
  /** Minibatches in an epoch: every image once, so the last may be smaller. */
  readonly epochSteps: number;
  /** Minibatch `index` (from 0) of the run; valid until the next call. The one after it is read meanwhile. */
  read(index: number): Promise<Minibatch>;
  /** Settles when nothing is being read any more. */
  dispose(): Promise<void>;
}

interface Slot {
  readonly pixels: Float32Array;
  readonly labels: Uint16Array;
}

interface Ahead {
  readonly index: number;
  readonly batch: Promise<Minibatch>;
}

/**
 * Reads `set` in an order of its own in each epoch, augmented; two minibatches are held at a time, in buffers of their own. Pictures
 * that cannot be read are left out, so that their minibatch is smaller; if nothing is left of it, the next picture of the epoch's
 * order takes its place.
 */
export function createMinibatchReader(
  set: ImageSet,
  size: PictureSize,
  { batchSize, seed, epochs, augmentation }: Pick<TrainingOptions, 'batchSize' | 'seed' | 'epochs' | 'augmentation'>,
  leftOut: LeftOut = createLeftOut(set.count),
): MinibatchReader {
  const values = size.height * size.width * size.channels;
  const epochSteps = Math.ceil(set.count / batchSize);
  const most = Math.min(batchSize, set.count);
  const slots = [makeSlot(most, values), makeSlot(most, values)] as const;
  let order: { readonly epoch: number; readonly indices: Uint32Array } = { epoch: -1, indices: new Uint32Array() };
  let ahead: Ahead | undefined;

  function orderOf(epoch: number): Uint32Array {
    if (order.epoch !== epoch)
      order = { epoch, indices: shuffledIndices(set.count, createRandom(deriveSeed(seed, DRAWS.order, epoch))) };
    return order.indices;
  }

  async function fetch(index: number, { pixels, labels }: Slot): Promise<Minibatch> {
    const start = (index % epochSteps) * batchSize;
    const all = orderOf(Math.floor(index / epochSteps));
    const indices = all.subarray(start, start + batchSize);
    const room = pixels.subarray(0, indices.length * values);
    const kept = await readReadable(set, indices, room, leftOut);
    const images = kept.length > 0 ? kept.map((place) => indices[place]!) : [await readNext(all, start, room)];
    const count = images.length;
    images.forEach((image, place) => (labels[place] = set.labels[image]!));
    const used = pixels.subarray(0, count * values);
    augment(used, count, size, augmentation, deriveSeed(seed, DRAWS.augmentation, index));
    return { pixels: used, labels: labels.subarray(0, count), count, seed: deriveSeed(seed, DRAWS.dropout, index) };
  }

  /** Reads the first picture that can be read after a minibatch of which none can. */
  async function readNext(all: Uint32Array, start: number, room: Float32Array): Promise<number> {
    for (let step = 0; step < all.length; step++) {
      const image = all[(start + batchSize + step) % all.length]!;
      const kept = await readReadable(set, [image], room.subarray(0, values), leftOut);
      if (kept.length > 0) return image;
    }
    throw unreadable(
      'None of the pictures to train on can be read any more.',
      'Bring the data set back as it was, then continue the run.',
    );
  }

  function begin(index: number): Ahead {
    const batch = fetch(index, slots[index % 2 === 0 ? 0 : 1]);
    // Its failure is told to the one who asks for it, who may never come.
    batch.catch(() => undefined);
    return { index, batch };
  }

  async function settle(): Promise<void> {
    await ahead?.batch.catch(() => undefined);
    ahead = undefined;
  }

  return {
    epochSteps,
    async read(index) {
      if (ahead?.index !== index) {
        await settle();
        ahead = begin(index);
      }
      const batch = await ahead.batch;
      ahead = index + 1 < epochs * epochSteps ? begin(index + 1) : undefined;
      return batch;
    },
    dispose: settle,
  };
}

function makeSlot(count: number, values: number): Slot {
  return { pixels: new Float32Array(count * values), labels: new Uint16Array(count) };
}
