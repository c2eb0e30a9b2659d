import type { MapView, PerturbationView } from '../../src/core/render/view';
import { isBoolean, isFiniteNumber, isObject, isOneOf, isString } from './guards';

/** What outlives a reload of the page: how results are looked at, never the results. */
export interface SavedState {
  readonly v: 1;
  /** Result that was shown last. */
  readonly recordId?: string;
  /** What the user set; the rest follows the method. */
  readonly view: Partial<MapView>;
  readonly perturbation: PerturbationView;
  readonly displayOpen: boolean;
  readonly classesAsTable: boolean;
}

const INITIAL_STATE: SavedState = {
  v: 1,
  view: {},
  perturbation: 'centred',
  displayOpen: true,
  classesAsTable: false,
};

const isReduce = isOneOf('sum', 'absolute-sum', 'absolute-maximum');
const isSign = isOneOf('all', 'positive', 'negative', 'absolute');
const isColorMap = isOneOf('diverging', 'inferno', 'viridis', 'gray');
const isPerturbation = isOneOf('true-scale', 'amplified', 'centred');

/** The state that an earlier page left, as far as it is valid. */
export function readSavedState(value: unknown): SavedState {
  if (!isObject(value) || value.v !== 1) return INITIAL_STATE;
  const { recordId, view, perturbation, displayOpen, classesAsTable } = value;
  return {
    v: 1,
    ...(isString(recordId) ? { recordId } : {}),
    view: readView(view),
    perturbation: isPerturbation(perturbation) ? perturbation : INITIAL_STATE.perturbation,
    displayOpen: isBoolean(displayOpen) ? displayOpen : INITIAL_STATE.displayOpen,
    classesAsTable: isBoolean(classesAsTable) ? classesAsTable : INITIAL_STATE.classesAsTable,
  };
}

function readView(value: unknown): Partial<MapView> {
  if (!isObject(value)) return {};
  const { reduce, sign, clipPercent, colorMap, opacity } = value;
  return {
    ...(isReduce(reduce) ? { reduce } : {}),
    ...(isSign(sign) ? { sign } : {}),
    ...(isFiniteNumber(clipPercent) && clipPercent >= 0 && clipPercent < 100 ? { clipPercent } : {}),
    ...(isColorMap(colorMap) ? { colorMap } : {}),
    ...(isFiniteNumber(opacity) && opacity >= 0 && opacity <= 1 ? { opacity } : {}),
  };
}
