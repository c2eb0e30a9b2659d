import { OBJECTIVE_KINDS } from '../model/classifier';
import { CROP_OFFSETS, INPUT_COLORS, INTERPOLATIONS, RESIZE_MODES } from '../image/inputChoices';
import { ENGINE_IDS, MODEL_FORMATS } from '../model/modelInfo';
import { parameterValues } from '../method/parameterValues';
import { choice, either, list, literal, object, pair, possible, such, text } from '../schema/kinds';
import { count, measured, number, whole } from '../schema/numbers';
import type { Of } from '../schema/schema';
import { pictureDecoding, pixelMapping } from '../image/decoding';
import { isResultId } from './id';
import { LABEL_SOURCES } from './labelSources';

export const RECORD_VERSION = 1;
export const TOP_CLASSES = 20;

const side = whole(1, 1e6);
const classIndex = whole(0, 1e7);
const hash = text(200);

export const classScore = object({ index: classIndex, name: text(), logit: measured, probability: measured });
export const scores = list(classScore);

export const labelFacts = object({ index: classIndex, name: text(), source: choice(LABEL_SOURCES) });

/** The norms that an attack may be bounded in, or look for the smallest change in. */
export const NORM_IDS = ['linf', 'l2'] as const;

/** Of a difference in pixel units: L0 counts elements that differ. */
export const norms = object({ l0: measured, l1: measured, l2: measured, linf: measured });

/**
 * Where the model's input lies on the picture: picture x = x + scaleX · (model column), picture y = y + scaleY · (model row).
 * Stretch: x = y = 0; center-crop: x, y ≥ 0; pad: x, y ≤ 0.
 */
const imageFacts = object({
  name: text(),
  /** Absolute path or URI; absent for pixels that were handed over. */
  path: possible(text()),
  /** SHA-256 of the file's bytes, hexadecimal. */
  hash,
  /** Size of the picture as displayed. */
  width: side,
  height: side,
  mapping: pixelMapping,
  /** Of picture files; absent for arrays, and in records from before it was kept. */
  decoding: possible(pictureDecoding),
});

/** What the model's input makes of pixels in [0, 1], and whose word that is; see `ModelInput`. */
const preprocessing = object({
  color: choice(INPUT_COLORS),
  range: pair(number()),
  mean: list(number(), 3),
  std: list(number(), 3),
  resize: choice(RESIZE_MODES),
  interpolation: choice(INTERPOLATIONS),
  /** Steps of resizing at other than their default: see `ResizeDetails`. */
  resizeTo: possible(either(side, pair(side), 'a number or two')),
  antialias: possible(literal(false)),
  rounded: possible(literal(true)),
  cropOffset: possible(choice(CROP_OFFSETS)),
  padColor: possible(list(number(0, 255), 3)),
  source: text(),
});

const modelFacts = object({
  name: text(),
  path: text(),
  hash,
  format: choice(MODEL_FORMATS),
  engine: choice(ENGINE_IDS),
  engineReason: text(),
  input: object({ height: side, width: side, channels: choice([1, 3]) }),
  /** Absent in records from before it was kept. */
  preprocessing: possible(preprocessing),
});

/** Milliseconds. */
const timings = object({ model: measured, image: measured, compute: measured });

/** What every record has, whatever its kind. */
export const recordEntries = {
  version: literal(RECORD_VERSION),
  id: such(text(100), isResultId, 'the name of a result'),
  /** ISO 8601, UTC. */
  created: such(text(100), (date) => !Number.isNaN(Date.parse(date)), 'a date'),
  image: imageFacts,
  model: modelFacts,
  /** Scores of the unchanged image, most probable first, at most `TOP_CLASSES`, the chosen class and label always among them. */
  classes: scores,
  label: possible(labelFacts),
  parameters: parameterValues,
  seed: number(),
  timings,
  warnings: list(text(), 1000),
};

export const objectiveFacts = object({
  kind: choice([...OBJECTIVE_KINDS, 'combination']),
  classIndex,
  className: text(),
  /** Of a combination: the logit of the class less that of this one. */
  against: possible(object({ classIndex, className: text() })),
  /** The objective's value at the image. */
  value: measured,
});

export const mapStatistics = object({
  minimum: measured,
  maximum: measured,
  sum: measured,
  absoluteSum: measured,
  /** Elements that are NaN or infinite. */
  nonFinite: count,
  state: choice(['ordinary', 'zero', 'constant', 'non-finite']),
});

const checkpointFacts = object({
  path: text(),
  hash,
  /** Cross-entropy of the image for its label. */
  loss: measured,
  /** The most probable class. */
  predicted: classScore,
});

export const trainingFacts = object({
  /** The folder of the checkpoints. */
  folder: text(),
  /** In their order. */
  checkpoints: list(checkpointFacts),
});

/** A layer of the model that a map was made at. */
export const layerFacts = object({
  /** As the file names it. */
  id: text(),
  kind: text(),
  height: side,
  width: side,
  channels: count,
});

export type LayerFacts = Of<typeof layerFacts>;
export type ObjectiveFacts = Of<typeof objectiveFacts>;
export type CheckpointFacts = Of<typeof checkpointFacts>;
export type ImageFacts = Of<typeof imageFacts>;
export type ModelFacts = Of<typeof modelFacts>;
export type ClassScore = Of<typeof classScore>;
export type LabelFacts = Of<typeof labelFacts>;
export type MapStatistics = Of<typeof mapStatistics>;
export type NormId = (typeof NORM_IDS)[number];
export type Norms = Of<typeof norms>;
export type Timings = Of<typeof timings>;
export type { PictureDecoding, PictureOrientation, PixelMapping } from '../image/decoding';
