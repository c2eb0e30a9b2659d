import { BarController, BarElement, CategoryScale, Chart, LinearScale, type Plugin } from 'chart.js';
import { formatPercent } from '../format';
import { onThemeChange, theme } from '../theme';
import { element } from '../dom';

Chart.register(BarController, BarElement, CategoryScale, LinearScale);

/** One group of bars a class; series differ by fill and outline, not by colour alone. */
export interface BarSeries {
  readonly name: string;
  readonly style: 'filled' | 'outlined';
  /** Undefined: not known, which is not zero. */
  readonly values: readonly (number | undefined)[];
}

export interface BarChart {
  readonly element: HTMLElement;
  show(labels: readonly string[], series: readonly BarSeries[], summary: string): void;
  dispose(): void;
}

const BAR_HEIGHT = 12;
const GROUP_GAP = 12;
const LONGEST_LABEL = 22;

/** Horizontal bars of probabilities with their numbers at the end. */
export function createBarChart(): BarChart {
  const canvas = element('canvas', { attributes: { role: 'img' } });
  const box = element('div', { class: 'chart-box' }, canvas);
  let series: readonly BarSeries[] = [];
  const chart = new Chart<'bar', (number | null)[], string>(canvas, {
    type: 'bar',
    data: { labels: [], datasets: [] },
    options: {
      indexAxis: 'y',
      maintainAspectRatio: false,
      animation: false,
      events: [],
      // Room for the longest share, "> 99.99 %", behind a whole bar.
      layout: { padding: { right: 72 } },
      scales: {
        x: { min: 0, max: 1, display: false },
        y: { grid: { display: false }, border: { display: false }, ticks: { autoSkip: false } },
      },
    },
    plugins: [valueLabels],
  });

  function restyle(): void {
    const colors = theme();
    const ticks = chart.options.scales?.y?.ticks;
    if (ticks !== undefined) {
      ticks.color = colors.foreground;
      ticks.font = { family: colors.font, size: colors.fontSize - 1 };
    }
    chart.data.datasets = series.map(({ name, style, values }) => ({
      label: name,
      data: values.map((value) => value ?? null),
      backgroundColor: style === 'filled' ? colors.accent : 'transparent',
      borderColor: colors.contrast ?? (style === 'filled' ? colors.accent : colors.muted),
      borderWidth: style === 'filled' && colors.contrast === undefined ? 0 : 1,
      borderRadius: 2,
      borderSkipped: false,
      minBarLength: 2,
      barThickness: BAR_HEIGHT,
    }));
    chart.update('none');
  }
  const forget = onThemeChange(restyle);

  return {
    element: box,
    show(labels, next, summary) {
      series = next;
      chart.data.labels = labels.map((label) =>
        label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label,
      );
      box.style.height = `${labels.length * (next.length * (BAR_HEIGHT + 2) + GROUP_GAP)}px`;
      canvas.setAttribute('aria-label', summary);
      chart.resize();
      restyle();
    },
    dispose() {
      forget();
      chart.destroy();
    },
  };
}

const valueLabels: Plugin<'bar'> = {
  id: 'valueLabels',
  afterDatasetsDraw(chart) {
    const { ctx: context } = chart;
    const colors = theme();
    context.save();
    context.fillStyle = colors.foreground;
    context.font = `${colors.fontSize - 2}px ${colors.numberFont}`;
    context.textBaseline = 'middle';
    chart.data.datasets.forEach((dataset, index) => {
      chart.getDatasetMeta(index).data.forEach((bar, position) => {
        const value = dataset.data[position];
        if (typeof value === 'number') context.fillText(formatPercent(value), bar.x + 6, bar.y + 0.5);
        else context.fillText('not kept', chart.scales.x!.left + 6, bar.y + 0.5);
      });
    });
    context.restore();
  },
};
