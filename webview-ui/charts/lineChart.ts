import {
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js';
import { element } from '../dom';
import { formatNumber } from '../format';
import { onThemeChange, type Theme, theme } from '../theme';

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip);

/** `faint`: behind the others; `points`: marks without a line. Told apart by form, not by colour alone. */
export type LineStyle = 'faint' | 'line' | 'dashed' | 'points';

export interface LineSeries {
  readonly name: string;
  readonly style: LineStyle;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineChart {
  readonly element: HTMLElement;
  show(series: readonly LineSeries[], summary: string): void;
  /** A line at `x`; undefined: none. */
  mark(x: number | undefined): void;
  dispose(): void;
}

interface LineChartOptions {
  readonly xTitle: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The user pointed at `x`. */
  readonly picked?: (x: number) => void;
  readonly format?: (value: number) => string;
}

/** Curves over minibatches; a click goes to one. */
export function createLineChart({ xTitle, minimum, maximum, picked, format }: LineChartOptions): LineChart {
  const canvas = element('canvas', { attributes: { role: 'img' } });
  const box = element('div', { class: 'chart-box line-chart' }, canvas);
  let series: readonly LineSeries[] = [];
  let marked: number | undefined;
  const write = format ?? ((value: number) => formatNumber(value));
  const marker: Plugin<'line'> = {
    id: 'marker',
    afterDatasetsDraw: (drawn) => drawMarker(drawn, marked),
  };
  const chart = new Chart<'line', { x: number; y: number }[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      maintainAspectRatio: false,
      animation: false,
      parsing: false,
      normalized: true,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      layout: { padding: { right: 8 } },
      scales: {
        x: { type: 'linear', title: { display: true, text: xTitle }, ticks: { precision: 0, maxTicksLimit: 8 } },
        y: {
          ticks: { maxTicksLimit: 6, callback: (value) => write(Number(value)) },
          ...(minimum === undefined ? {} : { min: minimum }),
          ...(maximum === undefined ? {} : { max: maximum }),
        },
      },
      plugins: {
        tooltip: {
          filter: (item) => series[item.datasetIndex]?.style !== 'faint',
          callbacks: {
            title: (items) => `${xTitle} ${formatNumber(items[0]?.parsed.x ?? 0, 7)}`,
            label: (item) => `${item.dataset.label ?? ''}: ${write(item.parsed.y ?? NaN)}`,
          },
        },
      },
      onClick: (event, _items, clicked) => {
        const x = event.x === null ? undefined : clicked.scales.x?.getValueForPixel(event.x);
        if (x !== undefined) picked?.(x);
      },
    },
    plugins: [marker],
  });

  function restyle(): void {
    const colors = theme();
    const { x, y } = chart.options.scales ?? {};
    for (const axis of [x, y]) {
      if (axis === undefined) continue;
      axis.ticks = { ...axis.ticks, color: colors.muted, font: { family: colors.font, size: colors.fontSize - 2 } };
      axis.grid = { color: colors.grid, tickColor: colors.grid };
      axis.border = { color: colors.grid };
    }
    const title = (x as { title?: { color?: string; font?: object } } | undefined)?.title;
    if (title !== undefined) {
      title.color = colors.muted;
      title.font = { family: colors.font, size: colors.fontSize - 2 };
    }
    chart.data.datasets = series.map(({ name, style, points }) => ({
      label: name,
      data: points as { x: number; y: number }[],
      ...lookOf(style, colors),
    }));
    chart.update('none');
  }
  const forget = onThemeChange(restyle);

  return {
    element: box,
    show(next, summary) {
      series = next;
      canvas.setAttribute('aria-label', summary);
      restyle();
    },
    mark(x) {
      if (x === marked) return;
      marked = x;
      chart.draw();
    },
    dispose() {
      forget();
      chart.destroy();
    },
  };
}

type Look = Partial<ChartDataset<'line', { x: number; y: number }[]>>;

function lookOf(style: LineStyle, colors: Theme): Look {
  const line: Look = { borderWidth: 1.75, pointRadius: 0, pointHitRadius: 4, borderColor: colors.accent };
  switch (style) {
    case 'line':
      return { ...line, order: 1 };
    case 'dashed':
      return { ...line, borderColor: colors.second, borderDash: [5, 3], order: 1 };
    case 'faint':
      return { ...line, borderColor: colors.faint, borderWidth: 1, order: 2 };
    case 'points':
      return {
        ...line,
        borderColor: colors.second,
        borderWidth: 1,
        borderDash: [3, 3],
        pointRadius: 3.5,
        pointStyle: 'rectRot',
        pointBackgroundColor: colors.second,
        pointBorderColor: colors.second,
        order: 0,
      };
  }
}

function drawMarker(chart: Chart, x: number | undefined): void {
  const scale = chart.scales.x;
  if (x === undefined || scale === undefined || x < scale.min || x > scale.max) return;
  const { ctx: context, chartArea } = chart;
  const pixel = Math.round(scale.getPixelForValue(x)) + 0.5;
  context.save();
  context.strokeStyle = theme().foreground;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(pixel, chartArea.top);
  context.lineTo(pixel, chartArea.bottom);
  context.stroke();
  context.restore();
}
