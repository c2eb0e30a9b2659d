import type { TrainingForm, TrainingPlan } from '../../../src/protocol/training';
import type { TrainingOptions } from '../../../src/training/options';
import { heldOf, stepsOf } from '../../../src/training/steps';

/** Names of data sets and models come from files and may be of any length. */
export const LONGEST_NAME = 120;

/** What the user has set in the form. */
export interface Draft {
  readonly network: string;
  readonly fresh: boolean;
  readonly name: string;
  readonly options: TrainingOptions;
}

/** The network that is chosen, if it is still offered; else the first. */
export function chosenNetwork({ architectures, models }: TrainingForm, wanted: string | undefined): string {
  const offered = [...architectures.map(({ id }) => id), ...models.map(({ path }) => path)];
  return wanted !== undefined && offered.includes(wanted) ? wanted : (offered[0] ?? '');
}

export function isUserModel({ models }: TrainingForm, network: string): boolean {
  return models.some(({ path }) => path === network);
}

function networkName({ architectures, models }: TrainingForm, network: string): string {
  return (
    architectures.find(({ id }) => id === network)?.label ??
    models.find(({ path }) => path === network)?.name ??
    'Network'
  );
}

/** "Deep network on Fashion-MNIST". */
export function suggestedName(form: TrainingForm, network: string): string {
  const dataset = form.dataset?.info?.name;
  return dataset === undefined ? networkName(form, network) : `${networkName(form, network)} on ${dataset}`;
}

/** Why the network does not fit the data set. */
export function networkProblem({ architectures, dataset }: TrainingForm, network: string): string | undefined {
  const architecture = architectures.find(({ id }) => id === network);
  const info = dataset?.info;
  if (architecture === undefined || info === undefined) return undefined;
  const { minimumSide, label } = architecture;
  return Math.min(info.height, info.width) >= minimumSide
    ? undefined
    : `${label} needs pictures of at least ${minimumSide} × ${minimumSide}. Choose a larger size for the data set, or another network.`;
}

/** Why training cannot start yet; undefined if it can. */
export function startProblem(form: TrainingForm, { network }: Draft, areFieldsValid: boolean): string | undefined {
  const { dataset } = form;
  if (dataset === undefined) return 'Choose a data set first.';
  if (dataset.error !== undefined) return 'The data set cannot be read: choose another one.';
  if (dataset.info === undefined) return 'The data set is being read.';
  if (dataset.info.classes.length < 2) return 'A data set needs at least two classes.';
  if (dataset.info.trainCount === 0) return 'There are no images to train on.';
  if (network === '') return 'There is no network to train.';
  const problem = networkProblem(form, network);
  if (problem !== undefined) return problem;
  return areFieldsValid ? undefined : 'Correct the marked fields.';
}

export function planOf(form: TrainingForm, draft: Draft): TrainingPlan {
  const { network, fresh, options } = draft;
  const name = draft.name.trim();
  return {
    network,
    fresh: fresh && isUserModel(form, network),
    name: (name === '' ? suggestedName(form, network) : name).slice(0, LONGEST_NAME),
    options,
  };
}

/** Minibatches of the whole run, of each class as many images held out as the trainer will. */
export function plannedSteps(form: TrainingForm, options: TrainingOptions): number | undefined {
  const info = form.dataset?.info;
  if (info === undefined) return undefined;
  const trained = info.classCounts.reduce((sum, count) => sum + count - heldOf(count, options.validationShare), 0);
  return stepsOf(trained, options);
}
