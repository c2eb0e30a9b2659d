import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { TrainRequest, TrainingEvent } from '../../engine/calls/training';
import { UserError } from '../../core/errors';
import type { RunRecord } from '../../training/run/record';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatFacts, formatProbability } from '../table';
import { sayLine } from '../terminal';
import { createTrainingProgress } from '../trainingProgress';
import type { TrainOptions } from '../trainOptions';
import { addTrainOptions, newRunRequest } from '../trainOptions';

/** `train`: trains a network, or goes on with a run; Ctrl-C stops it within a second, see `cli/training`. */
export function addTrainCommand(program: Command, session: Session): void {
  addTrainOptions(program.command('train'))
    .description('train a network on labelled images, watching how attribution forms')
    .argument('[dataset]', 'a folder with a folder of images per class, IDX or CIFAR-10 files, or an .npz file')
    .action((dataset: string | undefined, options: TrainOptions, command: Command) =>
      run(session, requestOf(dataset, options, command), options),
    );
}

const STOPPING = 'Stopping; a minibatch that is not done within half a second is given up.\n';

/** What may stand beside `--continue`: everything else is the run's own. */
const WITH_CONTINUE = ['continue', 'json'];

function requestOf(dataset: string | undefined, options: TrainOptions, command: Command): TrainRequest {
  if (options.continue === undefined) return newRunRequest(dataset, options);
  const given = command.options
    .map((option) => option.attributeName())
    .find((name) => !WITH_CONTINUE.includes(name) && command.getOptionValueSource(name) === 'cli');
  if (dataset !== undefined || given !== undefined)
    throw new UserError(
      'usage',
      `A run that is continued keeps its ${dataset === undefined ? 'options' : 'data set'}.`,
      'Give --continue and the folder of the run alone.',
    );
  return { folder: path.resolve(options.continue), continue: true };
}

async function run(session: Session, request: TrainRequest, { json }: TrainOptions): Promise<void> {
  const progress = createTrainingProgress();
  const { signal } = session.job;
  signal?.addEventListener('abort', () => progress.say(STOPPING), { once: true });
  const record = await session
    .finishing(() =>
      session.training.train(request, {
        ...(signal ? { signal } : {}),
        progress: (event: TrainingEvent) => progress.report(event),
      }),
    )
    .finally(() => progress.clear());
  const { folder } = request;
  progress.warn(record);
  // The process of a training that was stopped does not say why, unless it was given up.
  const isGivenUp = record.status === 'stopped' && record.message !== undefined;
  // What is there may be older than the state.
  const model = isGivenUp ? undefined : modelPath(folder);
  if (json) writeJson(session, documentOf(record, folder, model));
  else session.write(describe(record, folder, model));
  if (record.status === 'failed') {
    sayLine(record.message ?? 'The training failed.');
    session.fail(2);
  }
  if (record.status === 'stopped') {
    const what = isGivenUp ? 'the run is as its state was last kept' : 'everything is kept';
    sayLine(`Stopped after minibatch ${record.step} of ${record.steps}; ${what}.`);
    sayLine(`Go on with: gradient-lens train --continue ${quoted(folder)}`);
    session.fail(130);
  }
}

function documentOf(record: RunRecord, folder: string, model: string | undefined) {
  return {
    ...record,
    testAccuracy: record.test?.accuracy ?? null,
    testLoss: record.test?.loss ?? null,
    imagesPerSecond: record.imagesPerSecond ?? null,
    folder,
    model: model ?? null,
  };
}

/** Undefined where the run did not come to write it. */
function modelPath(folder: string): string | undefined {
  const file = path.join(folder, 'model', 'model.json');
  return existsSync(file) ? file : undefined;
}

function describe(record: RunRecord, folder: string, model: string | undefined): string {
  const { test, dataset, network, imagesPerSecond } = record;
  const last = record.epochs.at(-1);
  const { info } = dataset;
  return formatFacts([
    ['run', `${record.name}, ${record.status} after minibatch ${record.step} of ${record.steps}`],
    ['network', `${network.summary.name} (${network.summary.parameters.toLocaleString('en-US')} parameters)`],
    ['data set', `${info.name}: ${info.trainCount} + ${info.testCount} images, ${info.classes.length} classes`],
    ['engine', `${record.engine}: ${record.engineReason}`],
    ['loss', last?.loss.toFixed(4)],
    ['validation', last?.validation && formatProbability(last.validation.accuracy)],
    ['test accuracy', test && `${formatProbability(test.accuracy)} of ${test.count} images`],
    ['images a second', imagesPerSecond?.toFixed(0)],
    ['watched', record.watched.length === 0 ? undefined : record.watched.map(({ name }) => name).join(', ')],
    ['folder', folder],
    ['model', model],
  ]);
}

/** A path as a shell takes it. */
function quoted(text: string): string {
  return /^[\w./\\:@+-]+$/.test(text) ? text : `"${text}"`;
}
