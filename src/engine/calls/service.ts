import { type AttackDescription, attackDescription } from '../../core/attack/method';
import { type MethodDescription, methodDescription } from '../../core/attribution/method';
import { type MetricDescription, metricDescription } from '../../core/metric/metric';
import { pixelImage, type RawMap, rawMap } from '../../core/image/pixels';
import type { ObjectiveKind } from '../../core/model/classifier';
import type { EngineChoice, ModelInput, ModelReference, PreprocessingPreset } from '../../core/model/modelInfo';
import type { MapView } from '../../core/render/view';
import type { ClassScore, ImageFacts, LabelFacts, ModelFacts } from '../../core/result/record';
import { attackRecord } from '../../core/result/kinds/attack';
import { attributionRecord } from '../../core/result/kinds/attribution';
import { bytes, choice, list, object, possible, such, text } from '../../core/schema/kinds';
import { count } from '../../core/schema/numbers';
import type { Of } from '../../core/schema/schema';

export const jobProgress = object({ stage: choice(['model', 'image', 'compute']), done: count, total: count });
export type JobProgress = Of<typeof jobProgress>;

/** What goes with a call that takes its time: aborting `signal` cancels it. */
export interface Job<Progress = JobProgress> {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: Progress) => void;
  /** Called with what there is while a better result is computed, of methods that refine; each is complete in itself. */
  readonly partial?: (result: AttributionResult) => void;
}

export interface ModelRequest {
  readonly model: ModelReference;
  readonly engine?: EngineChoice;
  /** Threads of the computing libraries that have a choice; 0 or absent: physical cores, at most 8. */
  readonly threads?: number;
  /** Path of `@tensorflow/tfjs-node` where it is not among this program's modules; read when the native library is loaded. */
  readonly tensorflowModule?: string;
}

export interface CheckModelRequest extends ModelRequest {
  /** Tried besides the probe pictures. */
  readonly image?: ImageReference;
  /** Of the probe pictures. */
  readonly seed?: number;
}

export interface ImageRequest {
  readonly image: ImageReference;
}

/** `bytes` holds the file's content where it is not on this machine's disk; a name that ends in `.npy` is read as pixels. */
export interface ImageReference {
  readonly path: string;
  readonly bytes?: Uint8Array;
  /** Largest declared size that is decoded, in megapixels. */
  readonly limitMegapixels?: number;
}

export interface TryPresetsRequest extends ModelRequest {
  readonly images: readonly ImageReference[];
}

/** What a model says of pictures under a preset; without one, as it is described now. */
export interface PresetTrial {
  readonly preset?: PreprocessingPreset;
  readonly input: Pick<ModelInput, 'range' | 'mean' | 'std' | 'color' | 'source'>;
  readonly pictures: readonly PresetPicture[];
}

export interface PresetPicture {
  readonly name: string;
  /** The most probable ones. */
  readonly classes: readonly ClassScore[];
  /** Flipped left to right, the picture is of the same class. */
  readonly isStable: boolean;
}

/** For a method that needs checkpoints, `model` is a run or a folder of them, and the true label must be known. */
export interface AttributeRequest extends ModelRequest, ImageRequest {
  readonly method: string;
  /** Class index or name; absent: the predicted class. */
  readonly class?: number | string;
  readonly objective?: ObjectiveKind;
  /** Class index or name: the logit of the class less that of this one is differentiated, why the one rather than the other. */
  readonly against?: number | string;
  /** True label, for cross-entropy and for display; absent: from the file or folder name, else the prediction. */
  readonly label?: number | string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

/** What metrics say of the map of an attribution. */
export interface EvaluateRequest extends AttributeRequest {
  /** In this order; absent: all that there are, at their defaults. */
  readonly metrics?: readonly MetricRequest[];
}

export interface MetricRequest {
  readonly id: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface AttackRequest extends ModelRequest, ImageRequest {
  readonly attack: string;
  readonly epsilon?: number;
  readonly label?: number | string;
  /** Class to reach; absent: untargeted. */
  readonly target?: number | string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

/** The picture for display, as PNG, at most `PREVIEW_PIXELS` on its longer side. */
const picturePreview = object({ png: bytes, width: count, height: count });
export type PicturePreview = Of<typeof picturePreview>;

export const PREVIEW_PIXELS = 1536;
export const THUMBNAIL_PIXELS = 96;

/** Seed of requests that name none, so that they can be repeated. */
export const DEFAULT_SEED = 0;

export interface Prediction {
  readonly image: ImageFacts;
  readonly model: ModelFacts;
  /** All classes, most probable first. */
  readonly classes: readonly ClassScore[];
  readonly label?: LabelFacts;
  readonly warnings: readonly string[];
}

const shown = {
  input: pixelImage,
  picture: picturePreview,
  /** Names of all classes, for choosers. */
  classNames: list(text(), 1e7),
};

export const attributionResult = such(
  object({
    record: attributionRecord,
    map: rawMap,
    ...shown,
    /** Of methods that look at a layer: the layers that they can look at, for choosers. */
    layers: possible(list(text())),
  }),
  ({ record, map, input }) => {
    const { height, width } = record.layer ?? input;
    return map.height === height && map.width === width;
  },
  'a map as large as its image or its layer',
);
export type AttributionResult = Of<typeof attributionResult>;

export const attackResult = such(
  object({
    record: attackRecord,
    /** Signed, as added before clamping. */
    perturbation: rawMap,
    adversarial: pixelImage,
    ...shown,
  }),
  ({ input, perturbation, adversarial }) => isAlike(input, perturbation) && isAlike(input, adversarial),
  'an image, a change and a changed image of one shape',
);
export type AttackResult = Of<typeof attackResult>;

function isAlike(first: RawMap, second: RawMap): boolean {
  return first.height === second.height && first.width === second.width && first.channels === second.channels;
}

export interface OverlayRequest {
  readonly map: RawMap;
  readonly picture: PicturePreview;
  readonly image: ImageFacts;
  readonly view: MapView;
  /** Size of the model's input, which the map is brought to; absent: the map has it. */
  readonly grid?: { readonly height: number; readonly width: number };
}

export type { AttackDescription, MethodDescription, MetricDescription };

export const methodCatalog = object({
  attribution: list(methodDescription),
  attack: list(attackDescription),
  metric: list(metricDescription),
});
export type MethodCatalog = Of<typeof methodCatalog>;
