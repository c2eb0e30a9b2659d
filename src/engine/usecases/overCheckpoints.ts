import path from 'node:path';
import type {
  CheckpointMethod,
  CheckpointSource,
  Integration,
  Visit,
} from '../../core/attribution/training/checkpoint';
import type { ParameterValues } from '../../core/method/parameters';
import { resolveParameters } from '../../core/method/parameters';
import type { Classifier } from '../../core/model/classifier';
import type { ModelReference } from '../../core/model/modelInfo';
import { computingOptions } from './loadOptions';
import { rankClasses } from '../../core/result/classes';
import type { CheckpointFacts, LabelFacts } from '../../core/result/record';
import { holdingThread } from '../../runtime/interrupts';
import type { LoadOptions } from '../../runtime/loadClassifier';
import { findCheckpoints, printable } from '../../training/integrate/findCheckpoints';
import type { ImageReference, Job, ModelRequest } from '../calls/service';
import { DEFAULT_SEED } from '../calls/service';
import { callMemory } from './callMemory';
import type { ImageCache, PreparedImage } from './images';
import { interruptible } from './interruptible';

/** Opens a model; it is disposed as soon as it was looked at. */
export type LoadModel = (reference: ModelReference, options: LoadOptions) => Promise<Classifier>;

export interface CheckpointsRequest extends ModelRequest {
  readonly image: ImageReference;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  /** y of the loss among the classes of the first checkpoint; throws `UserError` where it is not known. */
  readonly labelAmong: (classes: readonly string[]) => LabelFacts;
}

/** What one pass over a folder of checkpoints gives. */
export interface OverCheckpoints {
  readonly map: Integration['map'];
  readonly parameters: ParameterValues;
  readonly prepared: PreparedImage;
  readonly label: LabelFacts;
  /** Checkpoint by checkpoint, in the order of training. */
  readonly visited: readonly Visit[];
  readonly facts: readonly CheckpointFacts[];
  readonly warnings: readonly string[];
}

/** Looks at the image through the checkpoints that `request.model` names: a run or a folder. */
export async function overCheckpoints(
  method: CheckpointMethod,
  request: CheckpointsRequest,
  {
    images,
    load,
    memory = callMemory(),
  }: { readonly images: ImageCache; readonly load: LoadModel; readonly memory?: number },
  job: Job | undefined,
): Promise<OverCheckpoints> {
  const parameters = resolveParameters(method.parameters, request.parameters ?? {});
  const { paths, warnings: ofFolder } = await findCheckpoints(request.model.path);
  const options = { engine: request.engine ?? 'auto', ...computingOptions(request) };
  const sources = paths.map((file): CheckpointSource => ({
    name: printable(path.basename(file)),
    open: async () =>
      interruptible(await holdingThread(() => load({ ...request.model, path: file }, options)), job?.signal),
  }));
  let subject: Pick<OverCheckpoints, 'prepared' | 'label'> | undefined;
  const { map, visited, warnings } = await method.run(
    sources,
    async (first) => {
      const prepared = await images.prepare(request.image, first.input);
      subject = { prepared, label: request.labelAmong(first.classes) };
      return { image: prepared.input, label: subject.label.index };
    },
    parameters,
    {
      seed: request.seed ?? DEFAULT_SEED,
      memory,
      ...(job?.signal ? { signal: job.signal } : {}),
      progress: (done, total) => job?.progress?.({ stage: 'compute', done, total }),
    },
  );
  const first = visited[0]!.info;
  return {
    ...subject!,
    map,
    parameters,
    visited,
    facts: visited.map((visit) => checkpointFacts(visit, paths[visit.index]!)),
    warnings: [...first.warnings, ...subject!.prepared.warnings, ...ofFolder, ...warnings],
  };
}

function checkpointFacts({ info, loss, scores }: Visit, file: string): CheckpointFacts {
  const [predicted] = rankClasses(scores, 0, info.classes, { top: 1 });
  return { path: file, hash: info.hash, loss, predicted: predicted! };
}
