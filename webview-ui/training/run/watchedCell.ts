import type { RgbaImage } from '../../../src/core/render/map';
import type { WatchedImage } from '../../../src/training/run/record';
import { element, icon } from '../../dom';
import { context2d } from '../../panes/pane';
import type { WatchedVerdict } from './verdict';

export interface WatchedCell {
  readonly element: HTMLElement;
  /** Takes the keyboard and the click. */
  readonly control: HTMLElement;
  readonly draw: (image: RgbaImage) => void;
  readonly tell: (verdict: WatchedVerdict | undefined) => void;
  readonly select: (isSelected: boolean) => void;
}

const ICONS = { right: 'pass', wrong: 'error', unknown: 'question' } as const;

/** One watched image with what the network says of it. */
export function createWatchedCell(watched: WatchedImage): WatchedCell {
  const canvas = element('canvas', { class: 'cell-canvas' });
  const mark = icon('blank');
  const predicted = element('span', { class: 'cell-class' });
  const numbers = element('span', { class: 'cell-numbers number' });
  const judgement = element('span', { class: 'cell-label' });
  const control = element(
    'button',
    {
      class: 'cell',
      title: watched.path,
      attributes: { type: 'button', 'aria-pressed': 'false', tabindex: '-1' },
    },
    element('span', { class: 'cell-picture' }, canvas),
    element('span', { class: 'cell-name', text: watched.name }),
    element('span', { class: 'cell-verdict match' }, mark, predicted),
    numbers,
    judgement,
  );
  return {
    element: element('li', {}, control),
    control,
    draw({ rgba, width, height }) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      context2d(canvas).putImageData(new ImageData(rgba, width, height), 0, 0);
    },
    tell(verdict) {
      const kind = verdict?.kind ?? 'unknown';
      mark.className = `codicon codicon-${verdict === undefined ? 'blank' : ICONS[kind]}`;
      mark.parentElement?.classList.toggle('is-right', kind === 'right');
      mark.parentElement?.classList.toggle('is-wrong', kind === 'wrong');
      predicted.textContent = verdict?.predicted ?? '…';
      numbers.textContent = verdict === undefined ? '' : `${verdict.probability} · loss ${verdict.loss}`;
      judgement.textContent = verdict?.judgement ?? '';
    },
    select(isSelected) {
      control.setAttribute('aria-pressed', String(isSelected));
    },
  };
}
