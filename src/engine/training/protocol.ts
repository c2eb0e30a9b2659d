import { ProgressType } from 'vscode-jsonrpc/node';
import type { NetworkRequest, NetworkSummary } from '../../training/architectures/architecture';
import type { DatasetInfo, DatasetRequest } from '../../training/data/dataset';
import type { RunContents, WatchedMaps } from '../../training/run/contents';
import type { Frame } from '../../training/frames/frames';
import type { RunRecord } from '../../training/run/record';
import { call } from '../process/protocol';
import type {
  ArchitectureDescription,
  ExportRunRequest,
  FramesRequest,
  IntegrateRequest,
  IntegrateResult,
  TrainingEvent,
  TrainingService,
  TrainRequest,
} from './service';

type Argument<Name extends keyof TrainingService> = Parameters<TrainingService[Name]>[0];

/** What the engine process answers of training: each function of `TrainingService`, with one argument. */
export const trainingCalls = {
  architectures: call<null, readonly ArchitectureDescription[]>('training/architectures'),
  dataset: call<DatasetRequest, DatasetInfo>('training/dataset'),
  network: call<NetworkRequest, NetworkSummary>('training/network'),
  train: call<TrainRequest, RunRecord>('training/train'),
  control: call<Argument<'control'>, null>('training/control'),
  run: call<Argument<'run'>, RunContents>('training/run'),
  frames: call<FramesRequest, readonly Frame[]>('training/frames'),
  maps: call<Argument<'maps'>, WatchedMaps>('training/maps'),
  integrate: call<IntegrateRequest, IntegrateResult>('training/integrate'),
  exportRun: call<ExportRunRequest, readonly string[]>('training/exportRun'),
  fetchDataset: call<Argument<'fetchDataset'>, string>('training/fetchDataset'),
} as const;

/** The progress of `train`. */
export const trainingEvents = new ProgressType<TrainingEvent>();
