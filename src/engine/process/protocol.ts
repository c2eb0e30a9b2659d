import { ProgressType, RequestType } from 'vscode-jsonrpc/node';
import type { PixelImage } from '../../core/image/pixels';
import type { ModelInfo } from '../../core/model/modelInfo';
import type { ModelCheck } from '../../core/result/modelCheck';
import type {
  AttackRequest,
  AttackResult,
  AttributeRequest,
  AttributionResult,
  CheckModelRequest,
  ImageReference,
  ImageRequest,
  JobProgress,
  MethodCatalog,
  ModelRequest,
  OverlayRequest,
  Prediction,
} from '../calls/service';
import type { WireError } from './wireErrors';

/** One call of a service function, as it travels. */
interface Call<Request> {
  readonly request: Request;
  /** Present when the caller wants {@link jobProgress} under this token. */
  readonly progressToken?: number;
}

export type CallType<Request, Result> = RequestType<Call<Request>, Result, WireError>;

export const call = <Request, Result>(name: string): CallType<Request, Result> => new RequestType(name);

/** What the engine process answers: each function of `EngineService`, with one argument. */
export const engineCalls = {
  methods: call<null, MethodCatalog>('methods'),
  modelInfo: call<ModelRequest, ModelInfo>('modelInfo'),
  checkModel: call<CheckModelRequest, ModelCheck>('checkModel'),
  predict: call<ModelRequest & ImageRequest, Prediction>('predict'),
  attribute: call<AttributeRequest, AttributionResult>('attribute'),
  attack: call<AttackRequest, AttackResult>('attack'),
  encode: call<{ readonly image: PixelImage; readonly format: 'png' | 'npy' }, Uint8Array>('encode'),
  thumbnail: call<ImageReference, Uint8Array>('thumbnail'),
  renderOverlay: call<OverlayRequest, Uint8Array>('renderOverlay'),
  forgetModel: call<{ readonly path: string }, null>('forgetModel'),
} as const;

export const jobProgress = new ProgressType<JobProgress>();
