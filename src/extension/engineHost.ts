import type { Disposable, LogOutputChannel, Memento } from 'vscode';
import { workspace } from 'vscode';
import type { EngineClient } from '../engine/process/client';
import { createEngineClient } from '../engine/process/client';
import type {
  AttackRequest,
  AttackResult,
  AttributeRequest,
  AttributionResult,
  CheckModelRequest,
  EngineService,
  ImageReference,
  Job,
  MethodCatalog,
  ModelRequest,
} from '../engine/calls/service';
import type { ModelInfo } from '../core/model/modelInfo';
import type { ModelCheck } from '../core/result/modelCheck';
import { settings } from './config';
import { Disposables } from './disposables';
import { describeModel, describeTimings } from './logText';
import { ownMemory } from './ownMemory';

export interface EngineHostOptions {
  readonly enginePath: string;
  readonly log: LogOutputChannel;
  /** Keeps the catalogue of methods, so that stored results open without an engine. */
  readonly state: Memento;
  readonly version: string;
}

/** The engine process as the settings want it; it starts with the first request. */
export class EngineHost implements Disposable {
  readonly #disposables = new Disposables();
  readonly #loggedModels = new Set<string>();
  #client: EngineClient | undefined;
  #catalog: MethodCatalog | undefined;

  constructor(private readonly options: EngineHostOptions) {
    this.#disposables.add(
      workspace.onDidChangeConfiguration((event) => {
        if (settings.memoryLimit.changedBy(event) || settings.tensorflowModule.changedBy(event)) void this.#end();
      }),
    );
  }

  /** Of the running process. */
  get pid(): number | undefined {
    return this.#client?.pid;
  }

  /** The methods as this or an earlier session's engine told them. */
  get rememberedCatalog(): MethodCatalog | undefined {
    return this.#catalog ?? this.options.state.get<MethodCatalog>(this.#catalogKey);
  }

  /** The methods, without starting the engine where they are remembered. */
  async knownCatalog(): Promise<MethodCatalog> {
    return this.rememberedCatalog ?? (await this.catalog());
  }

  async catalog(): Promise<MethodCatalog> {
    if (this.#catalog) return this.#catalog;
    this.#catalog = await this.#engine.methods();
    await this.options.state.update(this.#catalogKey, this.#catalog);
    return this.#catalog;
  }

  async modelInfo(request: ModelRequest, job?: Job): Promise<ModelInfo> {
    return this.#engine.modelInfo({ ...engineSettings(), ...request }, job);
  }

  async checkModel(request: CheckModelRequest, job?: Job): Promise<ModelCheck> {
    return this.#engine.checkModel({ ...engineSettings(), ...request }, job);
  }

  async attribute(request: AttributeRequest, job?: Job): Promise<AttributionResult> {
    const result = ownMemory(await this.#engine.attribute({ ...engineSettings(), ...request }, job));
    this.#logResult(result);
    return result;
  }

  async attack(request: AttackRequest, job?: Job): Promise<AttackResult> {
    const result = ownMemory(await this.#engine.attack({ ...engineSettings(), ...request }, job));
    this.#logResult(result);
    return result;
  }

  readonly thumbnail = async (image: ImageReference): Promise<Uint8Array> =>
    ownMemory(await this.#engine.thumbnail(image));
  readonly encode: EngineService['encode'] = (image, format) => this.#engine.encode(image, format);
  readonly renderOverlay: EngineService['renderOverlay'] = (request) => this.#engine.renderOverlay(request);

  /** A model's file changed. */
  async forgetModel(path: string): Promise<void> {
    this.options.log.info(`${path} changed: it is loaded again when it is next used.`);
    this.#loggedModels.clear();
    await this.#client?.forgetModel(path);
  }

  async restart(): Promise<void> {
    await this.#client?.restart();
    this.options.log.info('The engine was ended on request; it starts with the next request.');
  }

  dispose(): void {
    this.#disposables.dispose();
    void this.#end();
  }

  get #catalogKey(): string {
    return `gradientLens.catalog.${this.options.version}`;
  }

  get #engine(): EngineClient {
    if (this.#client) return this.#client;
    const megabytes = settings.memoryLimit.read();
    this.#client = createEngineClient({
      enginePath: this.options.enginePath,
      log: this.options.log,
      ...(megabytes > 0 ? { memoryLimitMegabytes: megabytes } : {}),
    });
    return this.#client;
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.dispose();
  }

  #logResult({ record }: AttributionResult | AttackResult): void {
    const { log } = this.options;
    if (!this.#loggedModels.has(record.model.hash + record.model.engine)) {
      this.#loggedModels.add(record.model.hash + record.model.engine);
      log.info(describeModel(record.model));
    }
    log.info(describeTimings(record));
    for (const warning of record.warnings) log.warn(warning);
  }
}

/** What computes, as the settings want it. */
export function engineSettings(): Pick<ModelRequest, 'engine' | 'threads' | 'tensorflowModule'> {
  const tensorflowModule = settings.tensorflowModule.read();
  return {
    engine: settings.engine.read(),
    threads: Math.round(settings.threads.read()),
    ...(tensorflowModule === '' ? {} : { tensorflowModule }),
  };
}
