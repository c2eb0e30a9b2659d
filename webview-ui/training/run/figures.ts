import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import type { RunRecord } from '../../../src/training/run/record';
import { element } from '../../dom';
import { formatNumber, formatPercent } from '../../format';
import { formatDuration } from '../logic/duration';
import { smooth } from '../logic/curve';
import type { GrowingHistory } from '../logic/history';

/** What only a live run tells. */
export interface Pace {
  readonly imagesPerSecond?: number;
  readonly remainingSeconds?: number;
  /** 0 to 1 while it validates. */
  readonly validating?: number;
}

export interface Figures {
  readonly element: HTMLElement;
  readonly show: (record: RunRecord, history: GrowingHistory, pace: Pace, live: boolean) => void;
}

const NAMES = ['Minibatch', 'Epoch', 'Loss', 'Accuracy', 'Validation', 'Images/s', 'Time left'] as const;
/** The numbers beside the curves are means of about the last twenty minibatches. */
const RECENT = 100;
const RECENT_WEIGHT = 0.95;

/** The numbers of a run in one line, above its progress. */
export function createFigures(): Figures {
  const bar = document.createElement('vscode-progress-bar');
  bar.ariaLabel = 'Training progress';
  const values = new Map(NAMES.map((name) => [name, element('dd', { class: 'figure-value number', text: '–' })]));
  const names = new Map(NAMES.map((name) => [name, element('dt', { class: 'figure-name', text: name })]));
  const items = NAMES.map((name) => element('div', { class: 'figure' }, names.get(name), values.get(name)));
  const write = (name: (typeof NAMES)[number], text: string): void => {
    const target = values.get(name);
    if (target !== undefined && target.textContent !== text) target.textContent = text;
  };

  return {
    element: element('div', { class: 'figures-box' }, bar, element('dl', { class: 'figures' }, ...items)),
    show(record, history, pace, live) {
      const step = Math.max(record.step, history.length());
      const isOpen = live && (record.status === 'running' || record.status === 'paused');
      bar.max = Math.max(1, record.steps);
      bar.value = step;
      write('Minibatch', `${step.toLocaleString('en')} / ${record.steps.toLocaleString('en')}`);
      const epochs = record.options.epochs;
      const perEpoch = record.steps / epochs;
      write('Epoch', `${Math.min(epochs, Math.floor(step / Math.max(1, perEpoch)) + 1)} / ${epochs}`);
      write('Loss', recent(history.loss(), formatNumber));
      write('Accuracy', recent(history.accuracy(), formatPercent));
      const validation = record.epochs.at(-1)?.validation;
      write(
        'Validation',
        pace.validating !== undefined
          ? `${Math.round(100 * pace.validating)}\u00a0% done`
          : validation === undefined
            ? '–'
            : formatPercent(validation.accuracy),
      );
      const speed = (isOpen ? pace.imagesPerSecond : undefined) ?? record.imagesPerSecond;
      write('Images/s', speed === undefined ? '–' : formatNumber(speed));
      const clock = names.get('Time left');
      if (clock !== undefined) clock.textContent = isOpen ? 'Time left' : 'Time';
      write('Time left', isOpen ? formatDuration(pace.remainingSeconds ?? NaN) : formatDuration(record.seconds));
    },
  };
}

function recent(values: Float32Array, format: (value: number) => string): string {
  const last = smooth(values.subarray(Math.max(0, values.length - RECENT)), RECENT_WEIGHT).at(-1);
  return last === undefined ? '–' : format(last);
}
