import { iconButton, textButton } from '../controls/button';
import { element } from '../dom';
import type { PaneGroup } from './paneGroup';

export interface ZoomBar {
  readonly element: HTMLElement;
  readonly show: (scale: number) => void;
}

const STEP = 1.5;

export function createZoomBar(group: () => PaneGroup): ZoomBar {
  const level = element('output', { class: 'zoom-level number', title: 'Screen pixels per picture pixel' });
  const bar = element(
    'div',
    { class: 'zoom-bar', role: 'group', attributes: { 'aria-label': 'Zoom' } },
    iconButton('zoom-out', 'Zoom Out (−)', () => group().zoomBy(1 / STEP)),
    level,
    iconButton('zoom-in', 'Zoom In (+)', () => group().zoomBy(STEP)),
    textButton('Fit', () => group().zoomFit(), 'Fit the panes (0)'),
    textButton('1:1', () => group().zoomActual(), 'One picture pixel to one screen pixel (1)'),
  );
  return {
    element: bar,
    show: (scale) => {
      level.textContent = `${scale < 0.1 ? (scale * 100).toFixed(1) : Math.round(scale * 100)}\u00a0%`;
    },
  };
}
