import type { ParameterValue } from '../../core/method/parameters';
import type { ObjectiveKind } from '../../core/model/classifier';
import type { EngineId, ModelFormat } from '../../core/model/modelInfo';
import { isResultId } from '../../core/result/id';
import type {
  ClassScore,
  LabelFacts,
  MapStatistics,
  PictureDecoding,
  PictureOrientation,
  ResultRecord,
} from '../../core/result/record';
import { RECORD_VERSION } from '../../core/result/record';
import type { Reader } from '../../protocol/read';
import {
  array,
  boolean,
  choice,
  firstOf,
  integer,
  literal,
  measured,
  number,
  object,
  record,
  string,
  tagged,
} from '../../protocol/read';

const engines: readonly EngineId[] = ['onnx', 'tensorflow', 'wasm', 'cpu'];
const formats: readonly ModelFormat[] = ['tfjs-layers', 'tfjs-graph', 'keras', 'onnx'];
const objectives: readonly ObjectiveKind[] = ['logit', 'probability', 'log-probability', 'cross-entropy'];
const sources: readonly LabelFacts['source'][] = ['user', 'file name', 'folder name', 'prediction'];
const states: readonly MapStatistics['state'][] = ['ordinary', 'zero', 'constant', 'non-finite'];

const pictureFormats: readonly PictureDecoding['format'][] = ['PNG', 'JPEG', 'WebP', 'GIF', 'AVIF', 'TIFF', 'BMP'];
const colours: readonly PictureDecoding['colours'][] = ['grey', 'RGB', 'palette', 'CMYK', 'Lab'];
const orientationSources: readonly PictureOrientation['source'][] = ['EXIF', 'EXIF in text', 'XMP', 'irot/imir'];

const side = integer(1, 1e6);
const classIndex = integer(0, 1e7);
const sentences = array(string(), 1000);

const id: Reader<string> = (value) => {
  const text = string(100)(value);
  if (!isResultId(text)) throw new TypeError('Not the name of a result');
  return text;
};
const date: Reader<string> = (value) => {
  const text = string(100)(value);
  if (Number.isNaN(Date.parse(text))) throw new TypeError('Not a date');
  return text;
};
const channels: Reader<1 | 3> = choice([1, 3] as const);

const score: Reader<ClassScore> = object({ index: classIndex, name: string(), logit: measured, probability: measured });
const classes = array(score);
const label = object({ index: classIndex, name: string(), source: choice(sources) });
const norms = object({ l0: measured, l1: measured, l2: measured, linf: measured });
const parameterValue: Reader<ParameterValue> = firstOf(firstOf(measured, boolean), string());

const fraction = number(0, 1);
const decoding: Reader<PictureDecoding> = object(
  { format: choice(pictureFormats), bits: integer(1, 64), colours: choice(colours) },
  {
    orientation: object({ value: integer(2, 8), source: choice(orientationSources) }),
    alpha: object({ least: fraction, most: fraction, background: choice(['white', 'black'] as const) }),
    ignoredBands: integer(1, 1e6),
    profile: object({ name: string(200), applied: boolean }),
    frames: integer(2),
    brightest: fraction,
  },
);

const base = {
  version: literal(RECORD_VERSION),
  id,
  created: date,
  image: object(
    {
      name: string(),
      hash: string(200),
      width: side,
      height: side,
      mapping: object({ x: number(), y: number(), scaleX: number(), scaleY: number() }),
    },
    { path: string(), decoding },
  ),
  model: object({
    name: string(),
    path: string(),
    hash: string(200),
    format: choice(formats),
    engine: choice(engines),
    engineReason: string(),
    input: object({ height: side, width: side, channels }),
  }),
  classes,
  parameters: record(parameterValue),
  seed: number(),
  timings: object({ model: measured, image: measured, compute: measured }),
  warnings: sentences,
};

/** A record as it was stored: files are edited, cut short and mixed up, so every property that is used later is looked at. */
export const readRecord: Reader<ResultRecord> = tagged('kind', {
  attribution: object(
    {
      ...base,
      method: string(100),
      objective: object({ kind: choice(objectives), classIndex, className: string(), value: measured }),
      statistics: object({
        minimum: measured,
        maximum: measured,
        sum: measured,
        absoluteSum: measured,
        nonFinite: number(),
        state: choice(states),
      }),
    },
    {
      label,
      delta: measured,
      training: object({
        folder: string(),
        checkpoints: array(object({ path: string(), hash: string(200), loss: measured, predicted: score })),
      }),
    },
  ),
  attack: object(
    {
      ...base,
      attack: string(100),
      epsilon: number(),
      goal: object({ direction: choice(['away', 'towards'] as const), label }),
      perturbationClasses: classes,
      adversarialClasses: classes,
      norms,
      success: boolean,
      startedRight: boolean,
      saved: object({ classes, norms, success: boolean }),
    },
    { label },
  ),
});
