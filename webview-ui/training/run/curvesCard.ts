import type { EpochResult } from '../../../src/training/run/record';
import { createLineChart } from '../../charts/lineChart';
import { button } from '../../controls/button';
import { sliderField } from '../../controls/field';
import { element } from '../../dom';
import { formatNumber, formatPercent } from '../../format';
import { usesScreenReader } from '../../theme';
import { decimate, smooth } from '../logic/curve';
import type { GrowingHistory } from '../logic/history';
import { epochsTable } from './epochsTable';
import type { TrainingContext } from '../view';

export interface CurvesCard {
  readonly element: HTMLElement;
  readonly show: (history: GrowingHistory, epochs: readonly EpochResult[], stepsPerEpoch: number) => void;
  readonly mark: (step: number | undefined) => void;
  readonly dispose: () => void;
}

const MOST_POINTS = 2000;

/** Loss and accuracy over the minibatches, smoothed before the raw values, and what validation said after each epoch. */
export function createCurvesCard({ saved, save }: TrainingContext, picked: (step: number) => void): CurvesCard {
  const loss = createLineChart({ xTitle: 'Minibatch', minimum: 0, picked });
  const accuracy = createLineChart({ xTitle: 'Minibatch', minimum: 0, maximum: 1, picked, format: formatShare });
  const table = element('div', { class: 'epochs-box', role: 'region', attributes: { 'aria-label': 'Epochs' } });
  const charts = element(
    'div',
    { class: 'curves' },
    element('figure', {}, element('figcaption', { class: 'curve-name', text: 'Loss' }), loss.element),
    element('figure', {}, element('figcaption', { class: 'curve-name', text: 'Accuracy' }), accuracy.element),
  );
  let isTable = saved().curvesAsTable || usesScreenReader();
  let shown: Parameters<CurvesCard['show']> | undefined;
  const toggle = button(
    '',
    () => {
      isTable = !isTable;
      save({ curvesAsTable: isTable });
      arrange();
    },
    'quiet',
  );
  const smoothing = sliderField(
    'Smoothing',
    { minimum: 0, maximum: 0.99, step: 0.01, format: (value) => value.toFixed(2), className: 'is-inline' },
    (weight) => {
      save({ smoothing: weight });
      draw();
    },
  );
  smoothing.set(saved().smoothing);

  function arrange(): void {
    charts.hidden = isTable;
    smoothing.element.hidden = isTable;
    table.classList.toggle('screen-reader', !isTable);
    // It may scroll sideways, so it takes the keyboard while it is seen.
    table.tabIndex = isTable ? 0 : -1;
    toggle.textContent = isTable ? 'Show curves' : 'Show table';
    draw();
  }

  function draw(): void {
    if (shown === undefined) return;
    const [history, epochs, stepsPerEpoch] = shown;
    table.replaceChildren(epochsTable(epochs));
    if (isTable) return;
    const stepOf = (index: number): number => index + 1;
    for (const [chart, values, key] of [
      [loss, history.loss(), 'loss'],
      [accuracy, history.accuracy(), 'accuracy'],
    ] as const) {
      const smoothed = smooth(values, saved().smoothing);
      const validation = epochs.flatMap((epoch) =>
        epoch.validation === undefined ? [] : [{ x: epoch.epoch * stepsPerEpoch, y: epoch.validation[key] }],
      );
      const write = key === 'loss' ? formatNumber : formatPercent;
      const last = smoothed.at(-1);
      chart.show(
        [
          { name: 'Minibatch', style: 'faint', points: decimate(values, MOST_POINTS, stepOf) },
          { name: 'Smoothed', style: 'line', points: decimate(smoothed, MOST_POINTS, stepOf) },
          { name: 'Validation', style: 'points', points: validation },
        ],
        `${key} over ${values.length} minibatches${last === undefined ? '' : `, now ${write(last)} smoothed`}${validation.length === 0 ? '' : `, validation ${write(validation.at(-1)?.y ?? NaN)}`}`,
      );
    }
  }
  arrange();

  return {
    element: element(
      'section',
      { class: 'run-card', attributes: { 'aria-label': 'Curves' } },
      element(
        'div',
        { class: 'card-head' },
        element('h2', { text: 'Curves' }),
        element('div', { class: 'card-tools' }, smoothing.element, toggle),
      ),
      element(
        'p',
        { class: 'chart-legend', attributes: { 'aria-hidden': 'true' } },
        ...(['Minibatch', 'Smoothed', 'Validation'] as const).map((name) =>
          element(
            'span',
            { class: 'legend-item' },
            element('span', { class: `legend-line is-${name.toLowerCase()}` }),
            name,
          ),
        ),
      ),
      charts,
      table,
    ),
    show(...next) {
      shown = next;
      draw();
    },
    mark(step) {
      loss.mark(step);
      accuracy.mark(step);
    },
    dispose() {
      loss.dispose();
      accuracy.dispose();
    },
  };
}

function formatShare(share: number): string {
  return `${Math.round(100 * share)}\u00a0%`;
}
