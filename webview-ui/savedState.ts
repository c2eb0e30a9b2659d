import { mapView, perturbationView } from '../src/core/render/view';
import { flag, literal, object, possible, text } from '../src/core/schema/kinds';
import { restore } from '../src/core/schema/restore';
import { type Of, readIf } from '../src/core/schema/schema';

/** What the user set of how a map is looked at; the rest follows method and size. */
const changes = object(
  Object.fromEntries(Object.entries(mapView.entries).map(([key, entry]) => [key, possible(entry)])) as {
    [Key in keyof typeof mapView.entries]: ReturnType<typeof possible<(typeof mapView.entries)[Key]>>;
  },
);

/** What outlives a reload of the page: how results are looked at, never the results. */
const savedState = object({
  v: literal(1),
  /** Result that was shown last. */
  recordId: possible(text(100)),
  /** Of maps whose single pixels can be seen. */
  view: changes,
  /** Of larger ones, and whether they begin with exact pixels. */
  photoView: changes,
  photoExact: flag,
  perturbation: perturbationView,
  /** Whether it is the step that was to be added, not what is left of it within the pixel range. */
  unclamped: flag,
  displayOpen: flag,
  classesAsTable: flag,
});

export type SavedState = Of<typeof savedState>;

const INITIAL_STATE: SavedState = {
  v: 1,
  view: {},
  photoView: {},
  photoExact: false,
  perturbation: 'centred',
  unclamped: false,
  displayOpen: true,
  classesAsTable: false,
};

/** The state that an earlier page left, as far as it is valid; `told` hears what is not. */
export function readSavedState(value: unknown, told: (misfit: string) => void): SavedState {
  if (!readIf(versioned, value)) return INITIAL_STATE;
  return restore(savedState, INITIAL_STATE, value, told);
}

const versioned = object({ v: literal(1) });
