import type { TrainingOptions } from '../../src/core/training/options';
import type { FrameView } from '../training/logic/frameMap';
import type { IntegratedView } from '../training/logic/integratedView';
import { isBoolean, isFiniteNumber, isObject, isOneOf, isString } from './guards';
import { isTrainingOptions } from './trainingOptions';

/** What outlives a reload of the training page: what was typed and how runs are looked at, never the runs. */
export interface TrainingSaved {
  readonly v: 1;
  readonly network?: string;
  readonly fresh: boolean;
  readonly name: string;
  readonly options?: TrainingOptions;
  readonly moreOpen: boolean;
  readonly frames: FrameView;
  readonly integrated: IntegratedView;
  readonly smoothing: number;
  readonly speed: number;
  readonly curvesAsTable: boolean;
}

const INITIAL: TrainingSaved = {
  v: 1,
  fresh: false,
  name: '',
  moreOpen: false,
  frames: { map: 'gradient-x-input', colorMap: 'auto', opacity: 0.8, overPicture: true },
  integrated: { total: 'sum', values: 'signed', product: 'raw' },
  smoothing: 0.9,
  speed: 1,
  curvesAsTable: false,
};

const isMapKind = isOneOf('gradient-x-input', 'loss-gradient');
const isColorChoice = isOneOf('auto', 'diverging', 'inferno', 'viridis', 'gray');
const isTotal = isOneOf('sum', 'mean');
const isValues = isOneOf('signed', 'absolute');
const isProduct = isOneOf('raw', 'times-input');

const isShare = (value: unknown): value is number => isFiniteNumber(value) && value >= 0 && value <= 1;

/** The state that an earlier page left, as far as it is valid. */
export function readTrainingSaved(value: unknown): TrainingSaved {
  if (!isObject(value) || value.v !== 1) return INITIAL;
  const frames = isObject(value.frames) ? value.frames : {};
  const integrated = isObject(value.integrated) ? value.integrated : {};
  return {
    v: 1,
    ...(isString(value.network) ? { network: value.network } : {}),
    fresh: isBoolean(value.fresh) ? value.fresh : INITIAL.fresh,
    name: isString(value.name) ? value.name : INITIAL.name,
    ...(isTrainingOptions(value.options) ? { options: value.options } : {}),
    moreOpen: isBoolean(value.moreOpen) ? value.moreOpen : INITIAL.moreOpen,
    frames: {
      map: isMapKind(frames.map) ? frames.map : INITIAL.frames.map,
      colorMap: isColorChoice(frames.colorMap) ? frames.colorMap : INITIAL.frames.colorMap,
      opacity: isShare(frames.opacity) ? frames.opacity : INITIAL.frames.opacity,
      overPicture: isBoolean(frames.overPicture) ? frames.overPicture : INITIAL.frames.overPicture,
    },
    integrated: {
      total: isTotal(integrated.total) ? integrated.total : INITIAL.integrated.total,
      values: isValues(integrated.values) ? integrated.values : INITIAL.integrated.values,
      product: isProduct(integrated.product) ? integrated.product : INITIAL.integrated.product,
    },
    smoothing: isShare(value.smoothing) && value.smoothing < 1 ? value.smoothing : INITIAL.smoothing,
    speed: isFiniteNumber(value.speed) && value.speed >= 1 && value.speed <= 64 ? value.speed : INITIAL.speed,
    curvesAsTable: isBoolean(value.curvesAsTable) ? value.curvesAsTable : INITIAL.curvesAsTable,
  };
}
