import type { InputColor, Interpolation, PreprocessingPreset, ResizeDetails, ResizeMode } from '../image/inputChoices';
import type { ModelSpec } from './modelSpec';

export type { Interpolation, PreprocessingPreset, ResizeMode } from '../image/inputChoices';
export type { ModelSpec } from './modelSpec';

export const ENGINE_IDS = ['onnx', 'tensorflow', 'wasm', 'cpu'] as const;
export const ENGINE_CHOICES = ['auto', ...ENGINE_IDS] as const;
export const MODEL_FORMATS = ['tfjs-layers', 'tfjs-graph', 'keras', 'onnx', 'tflite'] as const;
export type EngineId = (typeof ENGINE_IDS)[number];
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** What is known of a loaded model; plain JSON. */
export interface ModelInfo {
  readonly name: string;
  /** Absolute path of the model's main file. */
  readonly path: string;
  readonly format: ModelFormat;
  /** SHA-256 of the model's files and its specification, hexadecimal. */
  readonly hash: string;
  readonly engine: EngineId;
  /** Which engine runs and why, one sentence. */
  readonly engineReason: string;
  /** The model's own file runs as it is, not a network derived from it. */
  readonly asFile?: boolean;
  readonly input: ModelInput;
  readonly classes: readonly string[];
  /** Where the class names come from ("lens.json", "metadata.json", "labels.txt", "numbered"). */
  readonly classSource: string;
  readonly parameters: number;
  readonly output: ModelOutput;
  /** Operators of the network as its engine runs it, with how often each occurs. */
  readonly operators?: OperatorCounts;
  /** Operators between picture and scores whose derivative is not known (`missing`) or zero wherever it exists (`zero`). */
  readonly derivative?: { readonly missing: OperatorCounts; readonly zero: OperatorCounts };
  /** Every layer of the file, in the order in which they are computed; absent where the engine does not give them. */
  readonly layers?: readonly LayerInfo[];
  /** One sentence each: what to know before trusting the numbers. */
  readonly warnings: readonly string[];
}

/** A value of the network by the name that the file gives it. */
export interface LayerInfo {
  /** Keras: the layer's name behind those of the models that hold it ("resnet50/conv1_relu"); ONNX: the value's; TensorFlow: the node's. */
  readonly id: string;
  /** Keras's class, or the operator. */
  readonly kind: string;
  /** The module of PyTorch ("layer4.1.relu"), where the exporter tells. */
  readonly scope?: string;
  /** Of one picture: height × width × channels, positions × channels, units, or as the file has it. */
  readonly shape: readonly number[];
  readonly form: 'spatial' | 'tokens' | 'vector' | 'other';
  /** The scores are made of it. */
  readonly feedsScores: boolean;
}

export type OperatorCounts = Readonly<Record<string, number>>;

export interface ModelInput extends ResizeDetails {
  readonly height: number;
  readonly width: number;
  /** 1 or 3; of a tail, whose images are values of a layer, the layer's. */
  readonly channels: number;
  readonly color: InputColor;
  /** Value range that pixels in [0, 1] are scaled to before mean and standard deviation. */
  readonly range: readonly [number, number];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Where the preprocessing comes from ("lens.json", "preset unit", "assumed"). */
  readonly source: string;
  readonly resize: ResizeMode;
  readonly interpolation: Interpolation;
}

/** The input of a model that takes pictures. */
export type PictureInput = ModelInput & Colours;
interface Colours {
  readonly channels: 1 | 3;
}

/** The same, once it is seen that it is that of pictures. Throws for that of a tail. */
export function pictureInput<Input extends Pick<ModelInput, 'channels'>>(input: Input): Input & Colours {
  const { channels } = input;
  if (channels !== 1 && channels !== 3) throw new TypeError(`A picture does not have ${channels} channels.`);
  return { ...input, channels };
}

/**
 * What the model's own last operation was, found by what it does: `logits` as they came; `softmax`, `sigmoid`: stripped, logits are exact;
 * `probabilities` (their sum is 1, or there is one): could not be stripped, logits are log p (of a single output log(p / (1 − p)));
 * `independent-probabilities`: nor could these, of which each stands for itself, logits are log(p / (1 − p)).
 */
export interface ModelOutput {
  readonly activation: 'logits' | 'softmax' | 'sigmoid' | 'probabilities' | 'independent-probabilities';
  readonly classes: number;
  /** One number decides between two classes and no sigmoid says so: each class's probability is σ of its own logit all the same. */
  readonly oneNumber?: true;
}

/** A model on disk and what the user says of it; `spec`, `specPath`, `labelsPath` override what lies beside the model. */
export interface ModelReference {
  readonly path: string;
  readonly name?: string;
  readonly spec?: ModelSpec;
  readonly specPath?: string;
  readonly labelsPath?: string;
  /** Scales pixels and orders colours so, whatever else says otherwise. */
  readonly preset?: PreprocessingPreset;
}
