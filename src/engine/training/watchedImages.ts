import { UserError } from '../../core/errors';
import type { ModelInput } from '../../core/model/modelInfo';
import { predictedAt } from '../../core/model/crossEntropy';
import type { DatasetInfo, DatasetRequest } from '../../training/data/dataset';
import type { TrainableNetwork } from '../../core/model/trainableNetwork';
import { MOST_WATCHED } from '../../training/options';
import type { WatchedImage } from '../../training/run/record';
import type { WatchedImages } from '../../training/watch/watcher';
import type { ImageCache } from '../usecases/images';
import { knownLabel } from '../usecases/labels';
import type { WatchRequest } from '../calls/training';

export interface PreparedWatched {
  readonly facts: readonly WatchedImage[];
  /** Absent where none is watched. */
  readonly images: WatchedImages | undefined;
}

/** Throws `UserError('parameter')` for more images than can be watched. */
export function checkWatched(requests: readonly WatchRequest[]): void {
  if (requests.length > MOST_WATCHED)
    throw new UserError(
      'parameter',
      `${requests.length} images are too many to watch.`,
      `Choose at most ${MOST_WATCHED} of them.`,
    );
}

/**
 * The images as the network gets those of the data set, with their labels: as given, else as their file or folder is named, else
 * what the network says before training. Throws `UserError` for files that are no images and classes that are not there.
 */
export async function prepareWatched(
  requests: readonly WatchRequest[],
  network: TrainableNetwork,
  info: DatasetInfo,
  dataset: DatasetRequest,
  images: ImageCache,
): Promise<PreparedWatched> {
  if (requests.length === 0) return { facts: [], images: undefined };
  const { height, width, channels, classes } = info;
  const values = height * width * channels;
  const pixels = new Float32Array(requests.length * values);
  const input = inputOf(info, dataset);
  const facts: WatchedImage[] = [];
  for (const [index, request] of requests.entries()) {
    const prepared = await images.prepare(request, input);
    pixels.set(prepared.input.data, index * values);
    const { name, hash } = prepared.facts;
    const known = knownLabel(request.label, request.path, classes);
    const label = known?.index ?? (await predictedLabel(network, prepared.input.data));
    facts.push({ name, path: request.path, hash, label, labelSource: known?.source ?? 'prediction' });
  }
  const labels = Uint16Array.from(facts, ({ label }) => label);
  return { facts, images: { pixels, labels, count: requests.length } };
}

async function predictedLabel(network: TrainableNetwork, pixels: Float32Array): Promise<number> {
  return predictedAt(await network.predict(pixels, 1), 0, network.classes);
}

function inputOf({ height, width, channels }: DatasetInfo, { resize = 'stretch' }: DatasetRequest): ModelInput {
  return {
    height,
    width,
    channels,
    color: channels === 1 ? 'grayscale' : 'rgb',
    range: [0, 1],
    mean: [0],
    std: [1],
    source: 'data set',
    resize,
    interpolation: 'bilinear',
  };
}
