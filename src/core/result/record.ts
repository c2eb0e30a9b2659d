import type { ParameterValues } from '../method/parameters';
import type { ObjectiveKind } from '../model/classifier';
import type { EngineId, ModelFormat } from '../model/modelInfo';

/** A result as it is kept: plain JSON, versioned, enough to reproduce it. Its arrays lie beside it as NPY. */
export type ResultRecord = AttributionRecord | AttackRecord;

export const RECORD_VERSION = 1;

interface RecordBase {
  readonly version: typeof RECORD_VERSION;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly image: ImageFacts;
  readonly model: ModelFacts;
  /** Scores of the unchanged image, most probable first, at most `TOP_CLASSES`, the chosen class and label always among them. */
  readonly classes: readonly ClassScore[];
  readonly label?: LabelFacts;
  readonly parameters: ParameterValues;
  readonly seed: number;
  readonly timings: Timings;
  readonly warnings: readonly string[];
}

export const TOP_CLASSES = 20;

export interface AttributionRecord extends RecordBase {
  readonly kind: 'attribution';
  readonly method: string;
  readonly objective: ObjectiveFacts;
  /** Completeness delta, for methods that promise completeness. */
  readonly delta?: number;
  readonly statistics: MapStatistics;
  /** Of `training-integrated`: what was summed over. The record's model and scores are those of the last checkpoint. */
  readonly training?: TrainingFacts;
}

export interface TrainingFacts {
  /** The folder of the checkpoints. */
  readonly folder: string;
  /** In their order. */
  readonly checkpoints: readonly CheckpointFacts[];
}

export interface CheckpointFacts {
  readonly path: string;
  readonly hash: string;
  /** Cross-entropy of the image for its label. */
  readonly loss: number;
  /** The most probable class. */
  readonly predicted: ClassScore;
}

export interface AttackRecord extends RecordBase {
  readonly kind: 'attack';
  readonly attack: string;
  readonly epsilon: number;
  readonly goal: { readonly direction: 'away' | 'towards'; readonly label: LabelFacts };
  /** The perturbation fed to the model as an image of its own (unclamped, 0 = black), most probable class first. */
  readonly perturbationClasses: readonly ClassScore[];
  readonly adversarialClasses: readonly ClassScore[];
  /** Of a′ − a as computed. */
  readonly norms: Norms;
  /** Did the attack reach its goal: away: top class ≠ label; towards: top class = label. */
  readonly success: boolean;
  /** False if the model was wrong (or already at the target) before the attack. */
  readonly startedRight: boolean;
  /** The same after rounding a′ to 8 bits, encoding as PNG and decoding again. */
  readonly saved: { readonly classes: readonly ClassScore[]; readonly norms: Norms; readonly success: boolean };
}

export interface ImageFacts {
  readonly name: string;
  /** Absolute path or URI; absent for pixels that were handed over. */
  readonly path?: string;
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly hash: string;
  /** Size of the picture as displayed. */
  readonly width: number;
  readonly height: number;
  readonly mapping: PixelMapping;
  /** Of picture files; absent for arrays, and in records from before it was kept. */
  readonly decoding?: PictureDecoding;
}

/** What a picture file holds, and what was done on the way to the 8 bits a channel that the model is given. */
export interface PictureDecoding {
  readonly format: 'PNG' | 'JPEG' | 'WebP' | 'GIF' | 'AVIF' | 'TIFF' | 'BMP';
  /** Of a sample, as stored; of more than 8 the high 8 were kept. */
  readonly bits: number;
  /** As stored; palettes, CMYK and Lab became RGB. */
  readonly colours: 'grey' | 'RGB' | 'palette' | 'CMYK' | 'Lab';
  /** Absent: displayed as stored. */
  readonly orientation?: PictureOrientation;
  /** Least and largest opacity of a pixel, 0 … 1, and what the picture was laid on; absent: the picture has no alpha. */
  readonly alpha?: { readonly least: number; readonly most: number; readonly background: 'white' | 'black' };
  /** Samples a pixel that the file does not name and that were left out. */
  readonly ignoredBands?: number;
  /** The embedded colour profile; those of grey and RGB pictures are not applied, and without one the stored values are sRGB. */
  readonly profile?: { readonly name: string; readonly applied: boolean };
  /** Of an animation, or pages of a document, of which the first was taken; absent: one. */
  readonly frames?: number;
  /** Largest colour sample as a fraction of white, where it is below a quarter in a file of 16 bits. */
  readonly brightest?: number;
}

export interface PictureOrientation {
  /** EXIF's number, 2 … 8. */
  readonly value: number;
  readonly source: 'EXIF' | 'EXIF in text' | 'XMP' | 'irot/imir';
}

/**
 * Where the model's input lies on the picture: picture x = x + scaleX · (model column), picture y = y + scaleY · (model row).
 * Stretch: x = y = 0; center-crop: x, y ≥ 0; pad: x, y ≤ 0.
 */
export interface PixelMapping {
  readonly x: number;
  readonly y: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

export interface ModelFacts {
  readonly name: string;
  readonly path: string;
  readonly hash: string;
  readonly format: ModelFormat;
  readonly engine: EngineId;
  readonly engineReason: string;
  readonly input: { readonly height: number; readonly width: number; readonly channels: 1 | 3 };
}

export interface ClassScore {
  readonly index: number;
  readonly name: string;
  readonly logit: number;
  readonly probability: number;
}

export interface LabelFacts {
  readonly index: number;
  readonly name: string;
  readonly source: 'user' | 'file name' | 'folder name' | 'prediction';
}

export interface ObjectiveFacts {
  readonly kind: ObjectiveKind;
  readonly classIndex: number;
  readonly className: string;
  /** The objective's value at the image. */
  readonly value: number;
}

export interface MapStatistics {
  readonly minimum: number;
  readonly maximum: number;
  readonly sum: number;
  readonly absoluteSum: number;
  /** Elements that are NaN or infinite. */
  readonly nonFinite: number;
  readonly state: 'ordinary' | 'zero' | 'constant' | 'non-finite';
}

/** Of a difference in pixel units: L0 counts elements that differ. */
export interface Norms {
  readonly l0: number;
  readonly l1: number;
  readonly l2: number;
  readonly linf: number;
}

/** Milliseconds. */
export interface Timings {
  readonly model: number;
  readonly image: number;
  readonly compute: number;
}
