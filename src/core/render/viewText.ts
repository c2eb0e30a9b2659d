import { UserError } from '../errors';
import { reading } from '../schema/schema';
import { type Display, exactView } from './defaultView';
import { mapView, type MapView } from './view';

/** What each key of a view's text sets, in the words of a person: `range` two percentiles, `top` a share in percent. */
const KEYS: Readonly<Record<string, (value: string) => Readonly<Record<string, unknown>>>> = {
  channels: (value) => ({ reduce: value }),
  sign: (value) => ({ sign: value }),
  smooth: (value) => ({ smoothing: numberIn(value) }),
  range: rangeIn,
  colors: (value) => ({ colorMap: american(value) }),
  under: (value) => ({ under: american(value) }),
  opacity: (value) => ({ opacity: numberIn(value) }),
  fade: (value) => ({ fade: flagIn(value) }),
  mask: (value) => {
    const isOn = flagIn(value);
    if (typeof isOn === 'string') throw refused('mask', value, 'true or false');
    return { form: isOn ? 'mask' : 'colors' };
  },
  contour: (value) => ({ contour: flagIn(value) }),
  top: (value) => ({ topPercent: numberIn(value) }),
};

const EXACT = 'exact';

/** What a view's text may name. */
export const VIEW_KEYS: readonly string[] = [EXACT, ...Object.keys(KEYS)];

/**
 * The view that a text such as `smooth=0.02,range=50..99.5,under=dim-gray` makes of `base`; `exact` begins anew with exact pixels,
 * and a key without a value is switched on. Throws `UserError('parameter')` that names what is allowed.
 */
export function viewFrom(text: string, base: MapView, display: Display): MapView {
  return text.split(',').reduce((view, part) => {
    const [key = '', value = 'true'] = part.split('=').map((item) => item.trim());
    if (key === EXACT) return exactView(display);
    const change = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (change === undefined)
      throw new UserError('parameter', `A view has no "${key}".`, `It has: ${VIEW_KEYS.join(', ')}.`);
    const { value: changed, misfit } = reading(mapView, { ...view, ...change(value) });
    if (misfit) throw refused(key, value, misfit.wanted);
    return changed;
  }, base);
}

function rangeIn(value: string): Partial<MapView> {
  const [low, high, ...more] = value.split('..').map(numberIn);
  if (low === undefined || high === undefined || more.length > 0 || !(low >= 0 && low < high && high <= 100))
    throw refused('range', value, 'two percentiles from 0 to 100, the lower first, as in range=50..99.5');
  return { floorPercent: low, clipPercent: 100 - high };
}

function numberIn(value: string): number {
  return value === '' ? NaN : Number(value);
}

/** `value` itself where it is neither: the check says what is allowed. */
function flagIn(value: string): boolean | string {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

function american(value: string): string {
  return value.replace('grey', 'gray');
}

function refused(key: string, value: string, wanted: string): UserError {
  return new UserError('parameter', `"${value}" is no value for "${key}" of a view.`, `Use ${wanted}.`);
}
