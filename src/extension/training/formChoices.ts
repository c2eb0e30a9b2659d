import type { LogOutputChannel, Memento, Uri } from 'vscode';
import type { ArchitectureDescription } from '../../engine/calls/training';
import { list, text } from '../../core/schema/kinds';
import type { Schema } from '../../core/schema/schema';
import { misfitText, type Of, reading } from '../../core/schema/schema';
import type { DatasetRequest } from '../../training/data/dataset';
import { datasetRequest } from '../../training/data/dataset';
import { DEFAULT_TRAINING, MOST_WATCHED } from '../../training/options';
import type { DatasetChoice, TrainingForm, WatchedChoice } from '../../protocol/training';
import type { EngineHost } from '../engineHost';
import { imageReference, subjectFromPath } from '../images/subject';
import type { Models } from '../models/models';
import type { TrainingHost } from './trainingHost';

const DATASET_KEY = 'gradientLens.training.dataset';
const WATCHED_KEY = 'gradientLens.training.watched';

const watchedPaths = list(text(4096), MOST_WATCHED);

export interface FormServices {
  readonly host: TrainingHost;
  readonly engine: EngineHost;
  readonly models: Models;
  readonly state: Memento;
  readonly log: LogOutputChannel;
  /** Where runs go. */
  readonly folder: () => string;
}

/** What is chosen for the next run, remembered for the workspace. */
export class FormChoices {
  readonly #thumbnails = new Map<string, Uint8Array | undefined>();
  #architectures: readonly ArchitectureDescription[] | undefined;
  #dataset: DatasetChoice | undefined;
  #paths: readonly string[];

  constructor(private readonly services: FormServices) {
    const request = remembered(datasetRequest, DATASET_KEY, services);
    this.#dataset = request && { request };
    this.#paths = remembered(watchedPaths, WATCHED_KEY, services) ?? [];
  }

  get dataset(): DatasetChoice | undefined {
    return this.#dataset;
  }

  set dataset(choice: DatasetChoice | undefined) {
    this.#dataset = choice;
    void this.services.state.update(DATASET_KEY, choice?.request);
  }

  /** Paths of the watched images; a URI where the image is not on this machine's disk. */
  get watchedPaths(): readonly string[] {
    return this.#paths;
  }

  /** Adds images that are not among them; says how many found no room. */
  async watch(images: readonly Uri[]): Promise<number> {
    const added = images.map((uri) => (uri.scheme === 'file' ? uri.fsPath : uri.toString()));
    const all = [...new Set([...this.#paths, ...added])];
    await this.#setPaths(all.slice(0, MOST_WATCHED));
    return Math.max(0, all.length - MOST_WATCHED);
  }

  async removeWatched(index: number): Promise<void> {
    await this.#setPaths(this.#paths.filter((_, place) => place !== index));
  }

  /** The watched images with their thumbnails, where they are pictures. */
  async watched(): Promise<readonly WatchedChoice[]> {
    const missing = this.#paths.filter((path) => !this.#thumbnails.has(path));
    await Promise.all(missing.map(async (path) => this.#thumbnails.set(path, await this.#thumbnail(path))));
    return this.#paths.map((path) => {
      const thumbnail = this.#thumbnails.get(path);
      return { name: subjectFromPath(path).name, path, ...(thumbnail ? { thumbnail } : {}) };
    });
  }

  /** Networks that a page may name: architectures and the user's models. */
  async networks(): Promise<Pick<TrainingForm, 'architectures' | 'models'>> {
    const [architectures, choices] = await Promise.all([
      (async () => (this.#architectures ??= await this.services.host.calls.architectures()))(),
      this.services.models.list(),
    ]);
    const models = choices
      .filter(({ reference }) => /\.(json|keras|h5|hdf5)$/i.test(reference.path))
      .map(({ name, reference }) => ({ name, path: reference.path }));
    return { architectures, models };
  }

  async form(): Promise<TrainingForm> {
    return {
      ...(await this.networks()),
      defaults: DEFAULT_TRAINING,
      watched: await this.watched(),
      folder: this.services.folder(),
      ...(this.#dataset ? { dataset: this.#dataset } : {}),
    };
  }

  /** The request as remembered; how to read a set may be changed by the page, which set may not. */
  requestLike(request: DatasetRequest): DatasetRequest | undefined {
    return this.#dataset && { ...request, path: this.#dataset.request.path };
  }

  async #thumbnail(path: string): Promise<Uint8Array | undefined> {
    try {
      return await this.services.engine.calls.thumbnail(await imageReference(subjectFromPath(path)));
    } catch (error) {
      this.services.log.warn(`No thumbnail of ${path}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  async #setPaths(paths: readonly string[]): Promise<void> {
    this.#paths = paths;
    for (const path of this.#thumbnails.keys()) if (!paths.includes(path)) this.#thumbnails.delete(path);
    await this.services.state.update(WATCHED_KEY, paths);
  }
}

function remembered<S extends Schema>(schema: S, key: string, { state, log }: FormServices): Of<S> | undefined {
  const left = state.get<unknown>(key);
  if (left === undefined) return undefined;
  const { value, misfit } = reading(schema, left);
  if (misfit) log.warn(`What was remembered as ${key} is not used: ${misfitText(misfit)}`);
  return value;
}
