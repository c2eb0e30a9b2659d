import type { MapView } from '../../src/core/render/view';
import { element } from '../dom';
import { textButton } from './button';
import { selectField, sliderField } from './field';

/** How the map is looked at; nothing here asks the model again. */
export interface DisplayControls {
  readonly element: HTMLElement;
  /** Stands apart, under the pane that it changes. */
  readonly opacity: HTMLElement;
  set(view: MapView, channels: number): void;
}

interface DisplayEvents {
  readonly changed: (change: Partial<MapView>) => void;
  readonly reset: () => void;
  readonly toggled: (isOpen: boolean) => void;
}

const MOST_CLIPPED = 20;

export function createDisplayControls(isOpen: boolean, { changed, reset, toggled }: DisplayEvents): DisplayControls {
  const colorMap = selectField(
    'Colours',
    [
      { id: 'diverging', label: 'Blue – white – orange', description: 'Diverging, centred at zero.' },
      { id: 'inferno', label: 'Inferno', description: 'Sequential, from zero by magnitude.' },
      { id: 'viridis', label: 'Viridis', description: 'Sequential, from zero by magnitude.' },
      { id: 'gray', label: 'Grey', description: 'Sequential, from zero by magnitude.' },
    ],
    (id) => changed({ colorMap: id }),
  );
  const sign = selectField(
    'Sign',
    [
      { id: 'all', label: 'All values' },
      { id: 'positive', label: 'Positive only' },
      { id: 'negative', label: 'Negative only' },
      { id: 'absolute', label: 'Magnitude' },
    ],
    (id) => changed({ sign: id }),
  );
  const reduce = selectField(
    'Channels',
    [
      { id: 'sum', label: 'Sum' },
      { id: 'absolute-sum', label: 'Sum of magnitudes' },
      { id: 'absolute-maximum', label: 'Largest magnitude' },
    ],
    (id) => changed({ reduce: id }),
  );
  const clip = sliderField(
    'Clip largest',
    { minimum: 0, maximum: MOST_CLIPPED, step: 0.5, format: (percent) => `${percent}\u00a0%` },
    (clipPercent) => changed({ clipPercent }),
  );
  const opacity = sliderField(
    'Opacity',
    {
      minimum: 0,
      maximum: 1,
      step: 0.01,
      format: (value) => `${Math.round(100 * value)}\u00a0%`,
      className: 'is-inline',
    },
    (value) => changed({ opacity: value }),
  );
  const details = element(
    'details',
    { class: 'display' },
    element('summary', { text: 'Display' }),
    element(
      'div',
      { class: 'fields' },
      colorMap.element,
      sign.element,
      reduce.element,
      clip.element,
      textButton('Reset', reset, 'Show the map as its method asks'),
    ),
  );
  details.open = isOpen;
  details.addEventListener('toggle', () => toggled(details.open));

  return {
    element: details,
    opacity: opacity.element,
    set(view, channels) {
      colorMap.set(view.colorMap);
      sign.set(view.sign);
      reduce.set(view.reduce);
      reduce.element.hidden = channels === 1;
      clip.set(view.clipPercent);
      opacity.set(view.opacity);
    },
  };
}
