import type { ResultRecord } from '../../src/core/result/record';
import {
  type Guard,
  hasShape,
  isArrayOf,
  isBoolean,
  isCount,
  isEither,
  isFiniteNumber,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isString,
} from './guards';

const isClassScore = hasShape({ index: isCount, name: isString, logit: isNumber, probability: isNumber });
const isScores = isArrayOf(isClassScore);
const isLabel = hasShape({
  index: isCount,
  name: isString,
  source: isOneOf('user', 'file name', 'folder name', 'prediction'),
});
const isNorms = hasShape({ l0: isNumber, l1: isNumber, l2: isNumber, linf: isNumber });
const isMapping = hasShape({ x: isFiniteNumber, y: isFiniteNumber, scaleX: isFiniteNumber, scaleY: isFiniteNumber });

const isFraction: Guard<number> = (value): value is number => isFiniteNumber(value) && value >= 0 && value <= 1;
const isDecoding = hasShape({
  format: isOneOf('PNG', 'JPEG', 'WebP', 'GIF', 'AVIF', 'TIFF', 'BMP'),
  bits: isCount,
  colours: isOneOf('grey', 'RGB', 'palette', 'CMYK', 'Lab'),
  orientation: isOptional(
    hasShape({
      value: isOneOf(2, 3, 4, 5, 6, 7, 8),
      source: isOneOf('EXIF', 'EXIF in text', 'XMP', 'irot/imir'),
    }),
  ),
  alpha: isOptional(hasShape({ least: isFraction, most: isFraction, background: isOneOf('white', 'black') })),
  ignoredBands: isOptional(isCount),
  profile: isOptional(hasShape({ name: isString, applied: isBoolean })),
  frames: isOptional(isCount),
  brightest: isOptional(isFraction),
});

const isBase = hasShape({
  version: isOneOf(1),
  id: isString,
  created: isString,
  image: hasShape({
    name: isString,
    hash: isString,
    width: isCount,
    height: isCount,
    mapping: isMapping,
    decoding: isOptional(isDecoding),
  }),
  model: hasShape({
    name: isString,
    path: isString,
    format: isString,
    engine: isString,
    engineReason: isString,
    input: hasShape({ height: isCount, width: isCount, channels: isOneOf(1, 3) }),
  }),
  classes: isScores,
  label: isOptional(isLabel),
  parameters: isObject,
  seed: isNumber,
  timings: hasShape({ model: isNumber, image: isNumber, compute: isNumber }),
  warnings: isArrayOf(isString),
});

const isAttribution = hasShape({
  kind: isOneOf('attribution'),
  method: isString,
  objective: hasShape({
    kind: isOneOf('logit', 'probability', 'log-probability', 'cross-entropy'),
    classIndex: isCount,
    className: isString,
    value: isNumber,
  }),
  delta: isOptional(isNumber),
  training: isOptional(
    hasShape({
      folder: isString,
      checkpoints: isArrayOf(hasShape({ path: isString, loss: isNumber, predicted: isClassScore })),
    }),
  ),
  statistics: hasShape({
    minimum: isNumber,
    maximum: isNumber,
    sum: isNumber,
    absoluteSum: isNumber,
    nonFinite: isCount,
    state: isOneOf('ordinary', 'zero', 'constant', 'non-finite'),
  }),
});

const isAttack = hasShape({
  kind: isOneOf('attack'),
  attack: isString,
  epsilon: isNumber,
  goal: hasShape({ direction: isOneOf('away', 'towards'), label: isLabel }),
  perturbationClasses: isScores,
  adversarialClasses: isScores,
  norms: isNorms,
  success: isBoolean,
  startedRight: isBoolean,
  saved: hasShape({ classes: isScores, norms: isNorms, success: isBoolean }),
});

const isKnownKind = isEither(isAttribution, isAttack);

export const isRecord: Guard<ResultRecord> = (value): value is ResultRecord => isBase(value) && isKnownKind(value);
