import type { Disposable, LogOutputChannel, Memento } from 'vscode';
import { workspace } from 'vscode';
import type { EngineClient } from '../engine/process/client';
import { createEngineClient } from '../engine/process/client';
import type { AttackResult, AttributionResult, MethodCatalog } from '../engine/calls/service';
import type { EngineService } from '../engine/calls/table';
import { askedBy } from '../engine/calls/table';
import { askAsSet, memorySettings } from './askAsSet';
import { methodCatalog } from '../engine/calls/service';
import { readIf } from '../core/schema/schema';
import { settings } from './config';
import { Disposables } from './disposables';
import { describeModel, describeTimings } from './logText';

export interface EngineHostOptions {
  readonly enginePath: string;
  readonly log: LogOutputChannel;
  /** Keeps the catalogue of methods, so that stored results open without an engine. */
  readonly state: Memento;
  readonly version: string;
}

/** The engine process as the settings want it; it starts with the first request. */
export class EngineHost implements Disposable {
  readonly calls: Omit<EngineService, 'dispose'>;
  readonly #disposables = new Disposables();
  readonly #loggedModels = new Set<string>();
  #client: EngineClient | undefined;
  #catalog: MethodCatalog | undefined;
  #remembered: MethodCatalog | undefined;

  constructor(private readonly options: EngineHostOptions) {
    const asked = askedBy(
      ['pictures'],
      askAsSet(() => this.#engine),
    );
    this.calls = {
      ...asked,
      attribute: async (request, job) => this.#logged(await asked.attribute(request, job)),
      evaluate: async (request, job) => this.#logged(await asked.evaluate(request, job)),
      attack: async (request, job) => this.#logged(await asked.attack(request, job)),
    };
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

  /** The methods as this or an earlier session's engine told them; what another build said otherwise is not remembered. */
  get rememberedCatalog(): MethodCatalog | undefined {
    this.#remembered ??= readIf(methodCatalog, this.options.state.get(this.#catalogKey));
    return this.#catalog ?? this.#remembered;
  }

  /** The methods, without starting the engine where they are remembered. */
  async knownCatalog(): Promise<MethodCatalog> {
    return this.rememberedCatalog ?? (await this.catalog());
  }

  async catalog(): Promise<MethodCatalog> {
    if (this.#catalog) return this.#catalog;
    this.#catalog = await this.calls.methods();
    await this.options.state.update(this.#catalogKey, this.#catalog);
    return this.#catalog;
  }

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
    const { enginePath, log } = this.options;
    this.#client = createEngineClient({ enginePath, log, ...memorySettings() });
    return this.#client;
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.dispose();
  }

  #logged<Result extends AttributionResult | AttackResult>(result: Result): Result {
    const { record } = result;
    const { log } = this.options;
    if (!this.#loggedModels.has(record.model.hash + record.model.engine)) {
      this.#loggedModels.add(record.model.hash + record.model.engine);
      log.info(describeModel(record.model));
    }
    log.info(describeTimings(record));
    for (const warning of record.warnings) log.warn(warning);
    return result;
  }
}
