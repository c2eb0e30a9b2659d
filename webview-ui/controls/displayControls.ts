import { isExact } from '../../src/core/render/defaultView';
import type { MapView } from '../../src/core/render/view';
import { element } from '../dom';
import { textButton } from './button';
import { checkField } from './checkField';
import { selectField, sliderField } from './field';
import { COLOR_MAPS, opacityField } from './mapFields';

/** How the map is looked at; nothing here asks the model again. */
export interface DisplayControls {
  readonly element: HTMLElement;
  /** Stands apart, under the pane that it changes. */
  readonly opacity: HTMLElement;
  /** `channels` of the map; `isPhoto`: whether exact pixels are a choice. */
  set(view: MapView, channels: number, isPhoto: boolean): void;
}

interface DisplayEvents {
  readonly changed: (change: Partial<MapView>) => void;
  /** Each pixel's own value over the picture as it is, or what is shown first. */
  readonly exact: (isExact: boolean) => void;
  readonly reset: () => void;
  readonly toggled: (isOpen: boolean) => void;
}

const MOST_CLIPPED = 20;
const MOST_SMOOTHED = 0.1;
const MOST_HIDDEN = 95;
const MOST_TOP = 50;

const percent = (value: number): string => `${Number(value.toFixed(1))}\u00a0%`;

export function createDisplayControls(isOpen: boolean, events: DisplayEvents): DisplayControls {
  const { changed, reset, toggled } = events;
  const exact = checkField('Exact pixels', 'Each pixel of the map on its own, over the picture as it is', events.exact);
  const colorMap = selectField('Colours', COLOR_MAPS, (id) => changed({ colorMap: id }));
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
      { id: 'red', label: 'Red' },
      { id: 'green', label: 'Green' },
      { id: 'blue', label: 'Blue' },
    ],
    (id) => changed({ reduce: id }),
  );
  const smoothing = sliderField(
    'Smooth',
    { minimum: 0, maximum: MOST_SMOOTHED, step: 0.0025, format: (share) => percent(100 * share) },
    (share) => changed({ smoothing: share }),
  );
  const floor = sliderField(
    'Hide smallest',
    { minimum: 0, maximum: MOST_HIDDEN, step: 1, format: percent },
    (floorPercent) => changed({ floorPercent }),
  );
  const clip = sliderField(
    'Clip largest',
    { minimum: 0, maximum: MOST_CLIPPED, step: 0.5, format: percent },
    (clipPercent) => changed({ clipPercent }),
  );
  const form = selectField(
    'Shown as',
    [
      { id: 'colors', label: 'Colours' },
      {
        id: 'mask',
        label: 'Lit where it matters',
        description: 'The picture, dark but for the pixels that matter most.',
      },
    ],
    (id) => changed({ form: id }),
  );
  const under = selectField(
    'Picture under it',
    [
      { id: 'picture', label: 'In colour' },
      { id: 'gray', label: 'Grey' },
      { id: 'dim-gray', label: 'Dark grey' },
    ],
    (id) => changed({ under: id }),
  );
  const fade = checkField('Fade small values', 'Small values let the picture through', (isOn) =>
    changed({ fade: isOn }),
  );
  const contour = checkField('Outline', 'A line around the pixels that matter most', (isOn) =>
    changed({ contour: isOn }),
  );
  const top = sliderField('Matter most', { minimum: 1, maximum: MOST_TOP, step: 1, format: percent }, (topPercent) =>
    changed({ topPercent }),
  );
  const opacity = opacityField((value) => changed({ opacity: value }), 'is-inline');
  const details = element(
    'details',
    { class: 'display' },
    element('summary', { text: 'Display' }),
    element(
      'div',
      { class: 'fields' },
      exact.element,
      colorMap.element,
      sign.element,
      reduce.element,
      smoothing.element,
      floor.element,
      clip.element,
      form.element,
      under.element,
      fade.element,
      contour.element,
      top.element,
      textButton('Reset', reset, 'Show the map as its method asks'),
    ),
  );
  details.open = isOpen;
  details.addEventListener('toggle', () => toggled(details.open));

  return {
    element: details,
    opacity: opacity.element,
    set(view, channels, isPhoto) {
      colorMap.set(view.colorMap);
      sign.set(view.sign);
      reduce.set(view.reduce);
      reduce.element.hidden = channels === 1;
      exact.set(isExact(view));
      exact.element.hidden = !isPhoto;
      smoothing.set(view.smoothing);
      floor.set(view.floorPercent);
      clip.set(view.clipPercent);
      form.set(view.form);
      under.set(view.under);
      under.element.hidden = fade.element.hidden = opacity.element.hidden = view.form === 'mask';
      fade.set(view.fade);
      contour.set(view.contour);
      top.set(view.topPercent);
      top.element.hidden = view.form !== 'mask' && !view.contour;
      opacity.set(view.opacity);
    },
  };
}
