import type { Disposable, LogOutputChannel } from 'vscode';
import type { Job } from '../../engine/calls/service';
import type { TrainingClient } from '../../engine/training/client';
import { createTrainingClient } from '../../engine/training/client';
import type {
  IntegrateRequest,
  IntegrateResult,
  TrainingEvent,
  TrainingService,
  TrainJob,
  TrainRequest,
} from '../../engine/training/service';
import type { RunContents, WatchedMaps } from '../../training/run/contents';
import type { Frame } from '../../training/frames/frames';
import type { RunRecord } from '../../training/run/record';
import { settings } from '../config';
import { engineSettings } from '../engineHost';
import { ownMemory } from '../ownMemory';

export interface TrainingHostOptions {
  readonly enginePath: string;
  readonly log: LogOutputChannel;
}

/** Training as the settings want it: a process that trains, and one that reads what was trained; each starts when it is needed. */
export class TrainingHost implements Disposable {
  #client: TrainingClient | undefined;

  constructor(private readonly options: TrainingHostOptions) {}

  /** Of the process that trains. */
  get pid(): number | undefined {
    return this.#client?.trainingPid;
  }

  readonly architectures: TrainingService['architectures'] = () => this.#service.architectures();
  readonly dataset: TrainingService['dataset'] = (request, job) => this.#service.dataset(request, job);
  readonly network: TrainingService['network'] = (request) => this.#service.network(request);
  readonly control: TrainingService['control'] = (request) => this.#service.control(request);
  readonly exportRun: TrainingService['exportRun'] = (request, job) => this.#service.exportRun(request, job);
  readonly fetchDataset: TrainingService['fetchDataset'] = (request, job) => this.#service.fetchDataset(request, job);

  /** Trains until the end; every event's arrays are of its own memory. */
  async train(request: TrainRequest, { signal, report }: TrainJob): Promise<RunRecord> {
    const { engine, threads, tensorflowModule } = engineSettings();
    const module = tensorflowModule === undefined ? {} : { tensorflowModule };
    const whole: TrainRequest =
      'continue' in request
        ? { ...request, ...module }
        : { ...request, ...module, engine: engine ?? 'auto', ...(threads ? { threads } : {}) };
    const job: TrainJob = {
      ...(signal ? { signal } : {}),
      report: (event: TrainingEvent) => report?.(ownMemory(event)),
    };
    return this.#service.train(whole, job);
  }

  async run(folder: string): Promise<RunContents> {
    return ownMemory(await this.#service.run({ folder }));
  }

  async frames(request: Parameters<TrainingService['frames']>[0]): Promise<readonly Frame[]> {
    return ownMemory(await this.#service.frames(request));
  }

  async maps(folder: string, image: number): Promise<WatchedMaps> {
    return ownMemory(await this.#service.maps({ folder, image }));
  }

  async integrate(request: IntegrateRequest, job?: Job): Promise<IntegrateResult> {
    return ownMemory(await this.#service.integrate({ ...engineSettings(), ...request }, job));
  }

  dispose(): void {
    void this.#client?.dispose();
    this.#client = undefined;
  }

  get #service(): TrainingClient {
    const megabytes = settings.memoryLimit.read();
    return (this.#client ??= createTrainingClient({
      enginePath: this.options.enginePath,
      log: this.options.log,
      ...(megabytes > 0 ? { memoryLimitMegabytes: megabytes } : {}),
    }));
  }
}
