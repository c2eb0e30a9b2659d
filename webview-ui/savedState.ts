import { mapView, perturbationView } from '../src/core/render/view';
import { flag, literal, object, possible, text } from '../src/core/schema/kinds';
import { restore } from '../src/core/schema/restore';
import { type Of, readIf } from '../src/core/schema/schema';

const { reduce, sign, clipPercent, colorMap, opacity } = mapView.entries;

/** What outlives a reload of the page: how results are looked at, never the results. */
const savedState = object({
  v: literal(1),
  /** Result that was shown last. */
  recordId: possible(text(100)),
  /** What the user set; the rest follows the method. */
  view: object({
    reduce: possible(reduce),
    sign: possible(sign),
    clipPercent: possible(clipPercent),
    colorMap: possible(colorMap),
    opacity: possible(opacity),
  }),
  perturbation: perturbationView,
  displayOpen: flag,
  classesAsTable: flag,
});

export type SavedState = Of<typeof savedState>;

const INITIAL_STATE: SavedState = {
  v: 1,
  view: {},
  perturbation: 'centred',
  displayOpen: true,
  classesAsTable: false,
};

/** The state that an earlier page left, as far as it is valid; `told` hears what is not. */
export function readSavedState(value: unknown, told: (misfit: string) => void): SavedState {
  if (!readIf(versioned, value)) return INITIAL_STATE;
  return restore(savedState, INITIAL_STATE, value, told);
}

const versioned = object({ v: literal(1) });
