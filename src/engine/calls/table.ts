import type { ModelInfo } from '../../core/model/modelInfo';
import type { PixelImage } from '../../core/image/pixels';
import type { ModelCheck } from '../../core/result/modelCheck';
import type { NetworkRequest, NetworkSummary } from '../../training/architectures/architecture';
import type { DatasetInfo, DatasetRequest } from '../../training/data/dataset';
import type { TrainingEvent } from '../../training/events';
import type { Frame } from '../../training/frames/frames';
import type { RunContents, WatchedMaps } from '../../training/run/contents';
import type { RunRecord } from '../../training/run/record';
import type { Answers, AnyAsk, CallTraits, Place } from './call';
import { answeredBy } from './call';
import type {
  AttackRequest,
  AttackResult,
  AttributeRequest,
  AttributionResult,
  CheckModelRequest,
  EvaluateRequest,
  ImageReference,
  ImageRequest,
  MethodCatalog,
  ModelRequest,
  OverlayRequest,
  Prediction,
  PresetTrial,
  TryPresetsRequest,
} from './service';
import type {
  ArchitectureDescription,
  ControlRequest,
  ExportRunRequest,
  FetchRequest,
  FramesRequest,
  IntegrateRequest,
  IntegrateResult,
  TrainRequest,
} from './training';

const pictures = answeredBy('pictures');
const runs = answeredBy('runs');
const training = answeredBy('training');

/**
 * Everything that the engine does for the editor, the command line and agents: each call with its request, its result and where
 * it is answered. The services, their clients and the processes' answers follow from it.
 */
export const calls = {
  methods: pictures.call<undefined, MethodCatalog>(),
  modelInfo: pictures.job<ModelRequest, ModelInfo>({ computes: true }),
  /** Tries the model on probe pictures: does it repeat itself, is its gradient right, does a second engine agree? */
  checkModel: pictures.job<CheckModelRequest, ModelCheck>({ computes: true }),
  predict: pictures.job<ModelRequest & ImageRequest, Prediction>({ computes: true }),
  /** The prediction as the model is described now and under each common preset, side by side. */
  tryPresets: pictures.job<TryPresetsRequest, readonly PresetTrial[]>({ computes: true }),
  attribute: pictures.job<AttributeRequest, AttributionResult>({ computes: true }),
  /** The same map with what metrics say of it, beside what they say of maps that explain nothing, in its record. */
  evaluate: pictures.job<EvaluateRequest, AttributionResult>({ computes: true }),
  attack: pictures.job<AttackRequest, AttackResult>({ computes: true }),
  /** The checkpoints in a folder or a run, in the order of training. Throws `UserError('file-missing')` where there are none. */
  checkpoints: pictures.call<{ readonly folder: string }, readonly string[]>(),
  /** PNG (8-bit) or NPY (float32, exact) of an image in pixel space. */
  encode: pictures.call<{ readonly image: PixelImage; readonly format: 'png' | 'npy' }, Uint8Array>(),
  /** A small PNG of a picture file, at most `THUMBNAIL_PIXELS` on its longer side. */
  thumbnail: pictures.call<ImageReference, Uint8Array>(),
  /** PNG of a map laid over its picture, at the picture's resolution. */
  renderOverlay: pictures.call<OverlayRequest, Uint8Array>(),
  /** Forgets a model (its file changed), freeing its memory. */
  forgetModel: pictures.call<string, undefined>({ onlyIfRunning: true }),

  architectures: runs.call<undefined, readonly ArchitectureDescription[]>(),
  /** Opens a data set to say what is in it. */
  dataset: runs.job<DatasetRequest, DatasetInfo>(),
  /** The layers of a network before it is trained. */
  network: runs.call<NetworkRequest, NetworkSummary>(),
  run: runs.call<{ readonly folder: string }, RunContents>(),
  /** Frames by their place in `RunContents.frames.steps`, from `from` to before `to`, every `stride`-th; at most 512 a call. */
  frames: runs.call<FramesRequest, readonly Frame[]>(),
  maps: runs.call<{ readonly folder: string; readonly image: number }, WatchedMaps>(),
  /** Σₙ ∂J(O(a; θₙ), y)/∂a over a folder of checkpoints of any format. */
  integrate: runs.job<IntegrateRequest, IntegrateResult>({ computes: true }),
  /** Writes files beside each other into `target`, never over existing ones; returns their paths. */
  exportRun: runs.job<ExportRunRequest, readonly string[]>(),
  /** Fetches a public data set into `folder`, going on where an earlier attempt ended; returns the folder to open. */
  fetchDataset: runs.job<FetchRequest, string>(),
  /**
   * Trains until done, stopped or failed, and returns the record; aborting stops as `control` does. With `continue`, goes on
   * from the run's last state. Throws `UserError` for what is wrong before the first minibatch.
   */
  train: training.job<TrainRequest, RunRecord, TrainingEvent>({ computes: true }),
  /** Of a run that is being trained. Throws `UserError('usage')` if there is none in that folder. */
  control: training.call<ControlRequest, undefined>(),
} as const;

export type CallName = keyof typeof calls;

type Answered<At extends Place> = Answers<typeof calls, At>;

/** What looks at pictures. It runs in this process; its client runs it in another one. */
export interface EngineService extends Answered<'pictures'> {
  dispose(): Promise<void>;
}

/** Training and what is read of it. */
export type TrainingService = Answered<'runs' | 'training'>;

/** The calls of the named places, each asked by `ask`. */
export function askedBy<At extends Place>(
  places: readonly At[],
  ask: (name: CallName, request: unknown, job: Parameters<AnyAsk>[1]) => Promise<unknown>,
): Answered<At> {
  const wanted = Object.entries<CallTraits>(calls).filter(([, { at }]) => places.some((place) => place === at));
  const asks = wanted.map(
    ([name]) => [name, (request, job) => ask(name as CallName, request, job)] as [string, AnyAsk],
  );
  return Object.fromEntries(asks) as Answered<At>;
}
