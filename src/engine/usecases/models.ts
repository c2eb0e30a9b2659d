import path from 'node:path';
import { CancelledError } from '../../core/errors';
import { holdingThread } from '../../runtime/interrupts';
import type { PixelImage } from '../../core/image/pixels';
import { batchOf } from '../../core/image/pixels';
import type { Classifier, Scores } from '../../core/model/classifier';
import { rememberGradient } from '../../core/model/rememberGradient';
import { whileWanted } from '../../runtime/wanted';
import { fingerprintModel } from './modelFiles';
import type { Job, ModelRequest } from '../calls/service';
import { computingOptions } from './loadOptions';
import { untilAborted } from '../../runtime/untilAborted';

/** A model in memory. */
interface LoadedModel {
  readonly classifier: Classifier;
  /** Scores of an image, computed by `through` (this classifier or a wrapper of it) the first time its memory is seen. */
  scoresOf(through: Classifier, image: PixelImage): Promise<Scores>;
}

/** Loaded models, kept for the next request until their files change or others need the room. */
export interface ModelCache {
  /** Runs `work` with the model of `request`, which is not disposed before `work` ends; `milliseconds`: waited for loading. */
  use<T>(
    request: ModelRequest,
    job: Job | undefined,
    work: (model: LoadedModel, milliseconds: number) => Promise<T>,
  ): Promise<T>;
  forget(modelPath: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface ModelCacheLimits {
  readonly count: number;
  readonly bytes: number;
}

const DEFAULT_MODEL_LIMITS: ModelCacheLimits = { count: 4, bytes: 1024 ** 3 };

interface Entry {
  readonly path: string;
  readonly fingerprint: string;
  readonly loading: Promise<LoadedModel>;
  /** Aborted when nobody waits for its loading any more. */
  readonly unwanted: AbortController;
  /** Known when loaded. */
  bytes: number;
  users: number;
  /** No longer in the cache: disposed when its last user ends. */
  dropped: boolean;
}

/** A model cache whose least recently used models are disposed beyond `limits` (bytes: of weights). */
export function createModelCache(limits: ModelCacheLimits = DEFAULT_MODEL_LIMITS): ModelCache {
  /** Least recently used first. */
  const entries = new Map<string, Entry>();

  async function acquire(request: ModelRequest, job: Job | undefined): Promise<Entry> {
    const key = keyOf(request);
    const fingerprint = await fingerprintModel(request.model);
    const kept = entries.get(key);
    const entry = kept?.fingerprint === fingerprint ? kept : load(request, fingerprint, job);
    if (kept !== undefined && kept !== entry) drop(key, kept);
    entries.delete(key);
    entries.set(key, entry);
    entry.users++;
    return entry;
  }

  async function acquireLoaded(
    request: ModelRequest,
    job: Job | undefined,
  ): Promise<{ readonly entry: Entry; readonly model: LoadedModel }> {
    for (;;) {
      const entry = await acquire(request, job);
      try {
        return { entry, model: await untilAborted(entry.loading, job?.signal) };
      } catch (error) {
        release(entry);
        // Else it was given up because another request was cancelled.
        if (!(error instanceof CancelledError) || job?.signal?.aborted === true) throw error;
      }
    }
  }

  function release(entry: Entry): void {
    entry.users--;
    if (entry.users === 0) entry.unwanted.abort();
    disposeIfUnused(entry);
  }

  function load(request: ModelRequest, fingerprint: string, job: Job | undefined): Entry {
    const unwanted = new AbortController();
    const loading = holdingThread(() => whileWanted(unwanted.signal, () => loadModel(request, job)));
    const entry: Entry = {
      path: path.resolve(request.model.path),
      fingerprint,
      loading,
      unwanted,
      bytes: 0,
      users: 0,
      dropped: false,
    };
    loading.then(
      ({ classifier }) => {
        entry.bytes = classifier.info.parameters * Float32Array.BYTES_PER_ELEMENT;
        makeRoom();
      },
      () => forgetEntry(entry),
    );
    return entry;
  }

  function makeRoom(): void {
    const total = () => [...entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of [...entries].slice(0, -1)) {
      if (entries.size <= limits.count && total() <= limits.bytes) return;
      drop(key, entry);
    }
  }

  function forgetEntry(entry: Entry): void {
    for (const [key, other] of entries) if (other === entry) drop(key, entry);
  }

  function drop(key: string, entry: Entry): void {
    if (entries.get(key) === entry) entries.delete(key);
    entry.dropped = true;
    disposeIfUnused(entry);
  }

  function disposeIfUnused(entry: Entry): void {
    if (!entry.dropped || entry.users > 0) return;
    entry.loading.then(
      ({ classifier }) => classifier.dispose(),
      () => undefined,
    );
  }

  return {
    async use(request, job, work) {
      const started = performance.now();
      job?.progress?.({ stage: 'model', done: 0, total: 1 });
      const { entry, model } = await acquireLoaded(request, job);
      try {
        job?.progress?.({ stage: 'model', done: 1, total: 1 });
        return await work(model, performance.now() - started);
      } finally {
        release(entry);
      }
    },
    async forget(modelPath) {
      const wanted = path.resolve(modelPath);
      const isWanted = ({ path: known }: Entry) =>
        known === wanted || path.dirname(known) === wanted || path.dirname(wanted) === known;
      for (const [key, entry] of [...entries]) if (isWanted(entry)) drop(key, entry);
    },
    async dispose() {
      for (const [key, entry] of [...entries]) drop(key, entry);
    },
  };
}

/** Engine `auto` and the same engine by name are different requests: the reason that is reported differs. */
function keyOf({ model, engine = 'auto', threads = 0 }: ModelRequest): string {
  const { path: file, name, spec, specPath, labelsPath, preset } = model;
  return JSON.stringify([path.resolve(file), name, spec, specPath, labelsPath, preset, engine, threads]);
}

async function loadModel(request: ModelRequest, job: Job | undefined): Promise<LoadedModel> {
  // Not before a model is wanted: the libraries behind it take their time to start.
  const { loadClassifier } = await import('../../runtime/loadClassifier');
  const loaded = await loadClassifier(request.model, {
    engine: request.engine ?? 'auto',
    ...computingOptions(request),
    progress: (done, total) => job?.progress?.({ stage: 'model', done, total }),
  });
  const classifier = rememberGradient(loaded);
  const known = new WeakMap<Float32Array, Scores>();
  return {
    classifier,
    async scoresOf(through, image) {
      const scores = known.get(image.data) ?? (await through.predict(batchOf(image)));
      known.set(image.data, scores);
      return scores;
    },
  };
}
