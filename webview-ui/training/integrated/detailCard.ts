import type { Picture, RawMap } from '../../../src/core/image/pixels';
import type { RgbaImage } from '../../../src/core/render/map';
import type { RunRecord } from '../../../src/training/run/record';
import type { WatchedMaps } from '../../../src/training/run/contents';
import type { FinalMap } from '../../../src/protocol/training';
import { createLineChart } from '../../charts/lineChart';
import { button, iconButton } from '../../controls/button';
import { element } from '../../dom';
import { formatNumber } from '../../format';
import { decimate } from '../logic/curve';
import type { FrameIndex } from '../logic/frameIndex';
import type { TrainingContext } from '../view';
import { createDetailPanes } from './detailPanes';

export interface DetailCard {
  readonly element: HTMLElement;
  /** Opens on an image whose maps are still to come. */
  readonly open: (image: number, picture: Picture, colors: RgbaImage) => void;
  readonly show: (maps: WatchedMaps, finals: readonly FinalMap[], steps: FrameIndex) => void;
  readonly mark: (step: number | undefined) => void;
  readonly update: (record: RunRecord, live: boolean) => void;
  readonly dispose: () => void;
}

interface DetailEvents {
  readonly close: () => void;
  readonly refresh: (image: number) => void;
  readonly pickedStep: (step: number) => void;
}

const MOST_POINTS = 2000;

/** One watched image: what training made of it as a whole, and how its loss and its map went. */
export function createDetailCard(
  context: TrainingContext,
  initial: RunRecord,
  { close, refresh, pickedStep }: DetailEvents,
): DetailCard {
  let record = initial;
  let image = 0;
  const panes = createDetailPanes(context);
  const title = element('h2', { class: 'detail-title' });
  const loss = createLineChart({ xTitle: 'Minibatch', minimum: 0, picked: pickedStep });
  const correlation = createLineChart({ xTitle: 'Minibatch', minimum: -1, maximum: 1, picked: pickedStep });
  const again = button('Refresh', () => refresh(image), 'quiet', 'Sum up to the newest minibatch');
  const curves = element(
    'div',
    { class: 'curves' },
    element('figure', {}, element('figcaption', { class: 'curve-name', text: 'Loss of this image' }), loss.element),
    element(
      'figure',
      {},
      element('figcaption', {
        class: 'curve-name',
        title: 'Of the magnitudes of the loss gradient',
        text: 'Rank correlation with the last map (Spearman’s ρ)',
      }),
      correlation.element,
    ),
  );

  return {
    element: element(
      'section',
      { class: 'run-card detail-card', attributes: { 'aria-label': 'Watched image' } },
      element(
        'div',
        { class: 'card-head' },
        title,
        element('div', { class: 'card-tools' }, again, iconButton('close', 'Close', close)),
      ),
      panes.element,
      curves,
    ),
    open(next, picture, colors) {
      image = next;
      const watched = record.watched[next];
      const label = record.dataset.info.classes[watched?.label ?? -1];
      title.textContent = `${watched?.name ?? ''}${label === undefined ? '' : ` · ${label}`}`;
      curves.hidden = true;
      panes.open(picture, colors);
    },
    show(maps, finals, steps) {
      const find = (method: FinalMap['method']): RawMap | undefined =>
        finals.find((final) => final.method === method)?.map;
      panes.show(maps, find('gradient-x-input'), find('integrated-gradients'));
      curves.hidden = maps.lossCurve.length === 0;
      const stepOf = stepsOf(maps.lossCurve.length, steps);
      const curve = (values: Float32Array) => decimate(values, MOST_POINTS, stepOf);
      loss.show(
        [{ name: 'Loss', style: 'line', points: curve(maps.lossCurve) }],
        `Loss from ${formatNumber(maps.lossCurve[0] ?? NaN)} to ${formatNumber(maps.lossCurve.at(-1) ?? NaN)}`,
      );
      correlation.show(
        [{ name: 'Spearman’s ρ', style: 'dashed', points: curve(maps.rankCorrelation) }],
        `Rank correlation with the last map, at the start ${formatNumber(maps.rankCorrelation[0] ?? NaN)}`,
      );
    },
    mark(step) {
      loss.mark(step);
      correlation.mark(step);
    },
    update(next, live) {
      record = next;
      again.hidden = !live;
    },
    dispose() {
      panes.dispose();
      loss.dispose();
      correlation.dispose();
    },
  };
}

/** Steps of the curve's entries; even ones if the host has thinned the frames meanwhile. */
function stepsOf(count: number, steps: FrameIndex): (index: number) => number {
  if (count === steps.length) return (index) => steps[index] ?? 0;
  const last = steps.at(-1) ?? 0;
  return (index) => (last * index) / Math.max(1, count - 1);
}
