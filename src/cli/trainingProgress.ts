import type { TrainingEvent } from '../engine/calls/training';
import type { NetworkSummary } from '../training/architectures/architecture';
import { printable } from '../core/printable';
import type { EpochResult, RunRecord } from '../training/run/record';
import { createRunWarnings } from './runWarnings';
import { formatProbability, formatTable } from './table';
import { createStatusLine } from './terminal';

/** Says how a training goes: the network's layers, a line an epoch, and on a terminal a line that is drawn again and again. */
export interface TrainingProgress {
  readonly report: (event: TrainingEvent) => void;
  readonly clear: () => void;
  /** Says what the record warns of and was not said before. */
  readonly warn: (record: RunRecord) => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
}

export function createTrainingProgress(): TrainingProgress {
  let record: RunRecord | undefined;
  const { show, say, clear } = createStatusLine();
  const warnings = createRunWarnings(say);

  return {
    clear,
    warn: (ended) => warnings.tell(ended),
    say,
    report(event) {
      switch (event.kind) {
        case 'preparing':
          show(`Preparing the ${event.what} …${shareOf(event.done, event.total)}`);
          break;
        case 'record':
          if (record === undefined) say(describeNetwork(event.record.network.summary));
          warnings.tell(event.record);
          record = event.record;
          break;
        case 'minibatches':
          if (record !== undefined) show(describeMinibatches(event, record));
          break;
        case 'validating':
          show(`Validating …${shareOf(event.done, event.total)}`);
          break;
        case 'epoch':
          say(`${describeEpoch(event.result, record?.options.epochs)}\n`);
          break;
        case 'frame':
        case 'checkpoint':
      }
    },
  };
}

function shareOf(done: number, total: number): string {
  return total > 1 ? ` ${Math.floor((100 * done) / total)} %` : '';
}

function describeMinibatches(event: Extract<TrainingEvent, { kind: 'minibatches' }>, record: RunRecord): string {
  const { firstStep, loss, accuracy, imagesPerSecond, remainingSeconds } = event;
  const { steps, options } = record;
  const step = firstStep + loss.length - 1;
  const epoch = Math.min(options.epochs, Math.ceil(step / (steps / options.epochs)));
  return [
    `epoch ${epoch}/${options.epochs}`,
    `minibatch ${step}/${steps}`,
    `loss ${mean(loss).toFixed(3)}`,
    `accuracy ${(100 * mean(accuracy)).toFixed(0)} %`,
    `${imagesPerSecond.toFixed(0)} img/s`,
    `${formatDuration(remainingSeconds)} left`,
  ].join(' · ');
}

function describeEpoch({ epoch, loss, accuracy, validation, seconds }: EpochResult, epochs = epoch): string {
  const held = validation === undefined ? '' : `, validation ${formatProbability(validation.accuracy)}`;
  return `epoch ${epoch}/${epochs}: loss ${loss.toFixed(4)}, accuracy ${formatProbability(accuracy)}${held}, ${formatDuration(seconds)}`;
}

function describeNetwork({ name, layers, parameters, trainableParameters }: NetworkSummary): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const rows = layers.map((layer) => [layer.name, layer.type, layer.output.join(' × '), number(layer.parameters)]);
  const table = formatTable([['layer', 'type', 'output', 'parameters'], ...rows], [3]);
  return `${printable(name)}\n${table}${number(parameters)} parameters, ${number(trainableParameters)} of them trained\n`;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** "1 h 5 min", "3 min 20 s", "12 s". */
function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (!Number.isFinite(whole)) return '?';
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${whole} s`;
}
