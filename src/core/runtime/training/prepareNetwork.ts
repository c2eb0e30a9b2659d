import { stat } from 'node:fs/promises';
import { UserError } from '../../errors';
import type { NetworkRequest, NetworkSummary } from '../../training/architectures/architecture';
import { replaceHead } from '../../training/architectures/head';
import { initialise } from '../../training/architectures/initialise';
import { architectures, findArchitecture } from '../../training/architectures/registry';
import type { LayersModel } from '../../training/network';
import { readLayersModel } from './readLayersModel';
import { summarise } from './summary';

/**
 * The network that is asked for with its initial weights, and its layers: an architecture built for these pictures, or a model
 * from disk, whose last dense layer is replaced where it has another number of classes.
 *
 * Throws `UserError` `parameter` for pictures that the network does not take and names that are none; as {@link readLayersModel}.
 */
export async function prepareNetwork(
  wish: NetworkRequest,
): Promise<{ readonly model: LayersModel; readonly summary: NetworkSummary }> {
  const { classes, seed } = wish;
  const architecture = findArchitecture(wish.network);
  if (architecture) {
    const model = architecture.build(wish, classes, seed);
    return { model, summary: summarise(model).summary };
  }
  await requireModel(wish.network);
  const stored = await readLayersModel(wish.network);
  const facts = summarise(stored);
  requireSameSize(wish, facts.input);
  const fresh = wish.fresh ? { ...stored, weights: initialise(stored.topology, stored.weights, seed) } : stored;
  if (facts.classes === classes) return { model: fresh, summary: facts.summary };
  const model = replaceHead(fresh, classes, seed);
  return { model, summary: summarise(model).summary };
}

async function requireModel(network: string): Promise<void> {
  try {
    await stat(network);
  } catch {
    const ids = architectures.map(({ id }) => id).join(', ');
    throw new UserError(
      'parameter',
      `There is no network “${network.slice(0, 200)}”.`,
      `Choose ${ids}, or the path of a TensorFlow.js or Keras layers model.`,
    );
  }
}

function requireSameSize(
  wish: Pick<NetworkRequest, 'height' | 'width' | 'channels'>,
  input: Pick<NetworkRequest, 'height' | 'width' | 'channels'>,
): void {
  if (wish.height === input.height && wish.width === input.width && wish.channels === input.channels) return;
  const say = ({ height, width, channels }: typeof wish): string =>
    `${width} × ${height} ${channels === 1 ? 'grey' : 'colour'}`;
  throw new UserError(
    'parameter',
    `The network takes ${say(input)} pictures, but the data set is read as ${say(wish)} ones.`,
    `Read the data set as ${say(input)} pictures.`,
  );
}
