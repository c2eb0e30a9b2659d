import { stat } from 'node:fs/promises';
import { UserError } from '../../../core/errors';
import { completeNames } from '../../../formats/labels/labels';
import type { NetworkRequest, NetworkSummary } from '../../../training/architectures/architecture';
import { replaceHead } from '../../../training/architectures/head';
import { initialise } from '../../../training/architectures/initialise';
import { architectures, findArchitecture } from '../../../training/architectures/registry';
import type { LayersModel } from '../../../core/model/trainableNetwork';
import type { ClassAgreement } from './agreeOnClasses';
import { agreeOnClasses } from './agreeOnClasses';
import { readLayersModel } from './readLayersModel';
import { summarise } from './summary';

export interface PreparedNetwork {
  readonly model: LayersModel;
  readonly summary: NetworkSummary;
  /** Which class of the data set each output stands for; absent: the same in both. */
  readonly agreement?: Pick<ClassAgreement, 'order' | 'names'>;
}

/**
 * The network that is asked for with its initial weights, and its layers: an architecture built for these pictures, or a model
 * from disk, whose last dense layer is replaced where it has another number of classes. A model that goes on with its own outputs
 * keeps the order of its classes.
 *
 * Throws `UserError` `parameter` for pictures that the network does not take and names that are none; `unknown-class` for a
 * model whose classes are others; as {@link readLayersModel}.
 */
export async function prepareNetwork(wish: NetworkRequest): Promise<PreparedNetwork> {
  const { classes, seed } = wish;
  const architecture = findArchitecture(wish.network);
  if (architecture) {
    const model = architecture.build(wish, classes, seed);
    return { model, summary: summarise(model).summary };
  }
  await requireModel(wish.network);
  const { labels, labelSource, ...stored } = await readLayersModel(wish.network);
  const facts = summarise(stored);
  requireSameSize(wish, facts.input);
  const fresh = wish.fresh ? { ...stored, weights: initialise(stored.topology, stored.weights, seed) } : stored;
  if (facts.classes !== classes) {
    const model = replaceHead(fresh, classes, seed);
    return { model, summary: withWarnings(summarise(model).summary, [newHead(facts.classes, classes)]) };
  }
  if (wish.fresh === true || wish.labels === undefined) return { model: fresh, summary: facts.summary };
  const own = labels.length === 0 ? { names: [], warnings: [] } : completeNames(labels, classes, false, labelSource);
  const { order, names, warnings } = agreeOnClasses(own.names, wish.labels);
  const summary = withWarnings(facts.summary, [...own.warnings, ...warnings]);
  return { model: fresh, summary, agreement: { order, names } };
}

function newHead(was: number, is: number): string {
  const outputs = (count: number) => `${count} ${count === 1 ? 'output' : 'outputs'}`;
  return `The network had ${outputs(was)} and the data set has ${is} classes: its last dense layer is made anew.`;
}

function withWarnings(summary: NetworkSummary, more: readonly string[]): NetworkSummary {
  const warnings = [...(summary.warnings ?? []), ...more];
  return warnings.length === 0 ? summary : { ...summary, warnings };
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
