import type { ClassScore } from '../../src/core/result/record';
import { button } from '../controls/button';
import { element } from '../dom';
import { formatNumber, formatPercent } from '../format';
import { usesScreenReader } from '../theme';
import { type BarSeries, createBarChart } from './bars';

/** Scores of the same classes: of one image, or before and after an attack. */
interface ScoredImage {
  readonly name: string;
  readonly scores: readonly ClassScore[];
}

export interface ClassesCard {
  readonly element: HTMLElement;
  show(images: readonly ScoredImage[], always: readonly number[]): void;
  dispose(): void;
}

const TOP = 5;

/** The most probable classes as bars, or as a table for those who prefer or need it. */
export function createClassesCard(asTable: boolean, tableChosen: (asTable: boolean) => void): ClassesCard {
  const chart = createBarChart();
  const table = element('table', { class: 'class-table' });
  const tableBox = element('div', {}, table);
  const legend = element('p', { class: 'chart-legend' });
  const toggle = button(
    '',
    () => {
      isTable = !isTable;
      arrange();
      tableChosen(isTable);
    },
    'quiet',
  );
  let isTable = asTable || usesScreenReader();

  function arrange(): void {
    chart.element.hidden = isTable;
    legend.classList.toggle('is-hidden', isTable);
    // The table stays readable to a screen reader while the bars are shown.
    tableBox.classList.toggle('screen-reader', !isTable);
    toggle.textContent = isTable ? 'Show bars' : 'Show table';
  }
  arrange();

  return {
    element: element(
      'section',
      { class: 'card classes-card', attributes: { 'aria-label': 'Most probable classes' } },
      element('div', { class: 'card-head' }, element('h2', { text: 'Most probable classes' }), toggle),
      legend,
      chart.element,
      tableBox,
    ),
    show(images, always) {
      const rows = topClasses(images, always);
      const series = images.map(({ name }, index): BarSeries => ({
        name,
        style: index === images.length - 1 ? 'filled' : 'outlined',
        values: rows.map((row) => row.scores[index]?.probability),
      }));
      legend.hidden = images.length < 2;
      legend.replaceChildren(
        ...series.map(({ name, style }) =>
          element('span', { class: 'legend-item' }, element('span', { class: `legend-key is-${style}` }), name),
        ),
      );
      chart.show(
        rows.map((row) => row.name),
        series,
        summaryOf(images),
      );
      fillTable(table, images, rows);
    },
    dispose: () => chart.dispose(),
  };
}

interface ClassRow {
  readonly index: number;
  readonly name: string;
  /** One an image; undefined where it is beyond the scores that were kept. */
  readonly scores: readonly (ClassScore | undefined)[];
}

/** The top classes of every image, in the order of the first, and those that must be seen. */
function topClasses(images: readonly ScoredImage[], always: readonly number[]): readonly ClassRow[] {
  const wanted = new Map<number, string>();
  for (const { scores } of images)
    for (const [place, { index, name }] of scores.entries())
      if (place < (images.length === 1 ? TOP : 3) || always.includes(index)) wanted.set(index, name);
  for (const { index, name } of images[0]?.scores ?? []) if (wanted.size < TOP) wanted.set(index, name);
  return [...wanted].map(([index, name]) => ({
    index,
    name,
    scores: images.map(({ scores }) => scores.find((score) => score.index === index)),
  }));
}

function fillTable(table: HTMLElement, images: readonly ScoredImage[], rows: readonly ClassRow[]): void {
  const columns = images.flatMap(({ name }) =>
    images.length === 1 ? ['Probability', 'Logit'] : [`${name}: probability`, `${name}: logit`],
  );
  const header = ['Class', ...columns].map((text) => element('th', { text, attributes: { scope: 'col' } }));
  table.replaceChildren(
    element('thead', {}, element('tr', {}, ...header)),
    element(
      'tbody',
      {},
      ...rows.map(({ name, scores }) =>
        element(
          'tr',
          {},
          element('th', { text: name, attributes: { scope: 'row' } }),
          ...scores.flatMap((score) => [
            element('td', { class: 'number', text: score === undefined ? '–' : formatPercent(score.probability) }),
            element('td', { class: 'number', text: score === undefined ? '–' : formatNumber(score.logit) }),
          ]),
        ),
      ),
    ),
  );
}

function summaryOf(images: readonly ScoredImage[]): string {
  return images
    .map(({ name, scores }) => {
      const top = scores.slice(0, TOP).map((score) => `${score.name} ${formatPercent(score.probability)}`);
      return `${name}: ${top.join(', ')}.`;
    })
    .join(' ');
}
