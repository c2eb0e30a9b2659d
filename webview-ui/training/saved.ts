import { flag, literal, object, possible, text } from '../../src/core/schema/kinds';
import { number } from '../../src/core/schema/numbers';
import { restore } from '../../src/core/schema/restore';
import { type Of, readIf } from '../../src/core/schema/schema';
import { trainingOptions } from '../../src/training/options';
import { frameView } from './logic/frameMap';
import { integratedView } from './logic/integratedView';

/** What outlives a reload of the training page: what was typed and how runs are looked at, never the runs. */
const trainingSaved = object({
  v: literal(1),
  network: possible(text()),
  fresh: flag,
  name: text(),
  options: possible(trainingOptions),
  moreOpen: flag,
  frames: frameView,
  integrated: integratedView,
  smoothing: number(0, 1, 'openAbove'),
  speed: number(1, 64),
  curvesAsTable: flag,
});
export type TrainingSaved = Of<typeof trainingSaved>;

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

/** The state that an earlier page left, as far as it is valid; `told` hears what is not. */
export function readTrainingSaved(value: unknown, told: (misfit: string) => void): TrainingSaved {
  if (!readIf(versioned, value)) return INITIAL;
  return restore(trainingSaved, INITIAL, value, told);
}

const versioned = object({ v: literal(1) });
