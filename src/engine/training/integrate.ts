import path from 'node:path';
import { resolveParameters } from '../../core/method/parameters';
import { holdingThread } from '../../runtime/interrupts';
import type { Classifier } from '../../core/model/classifier';
import type { ModelReference } from '../../core/model/modelInfo';
import { rankClasses } from '../../core/result/classes';
import type { ImageFacts, LabelFacts } from '../../core/result/record';
import { mapStatistics } from '../../core/result/statistics';
import type { LoadOptions } from '../../runtime/loadClassifier';
import { findCheckpoints, printable } from '../../training/integrate/findCheckpoints';
import type { CheckpointSource, Visit } from '../../training/integrate/checkpoint';
import { integrate } from '../../training/integrate/integrate';
import { integrationParameters } from '../../training/integrate/parameters';
import type { ImageCache } from '../usecases/images';
import { interruptible } from '../usecases/interruptible';
import { userLabel } from '../usecases/labels';
import type { Job } from '../calls/service';
import { DEFAULT_SEED } from '../calls/service';
import type { CheckpointFacts, IntegrateRecord, IntegrateRequest, IntegrateResult } from '../calls/training';

export interface IntegrateDependencies {
  readonly images: ImageCache;
  readonly load: (reference: ModelReference, options: LoadOptions) => Promise<Classifier>;
}

/** The training-integrated map of one image over a folder of checkpoints, and the record of it. */
export async function runIntegrate(
  request: IntegrateRequest,
  { images, load }: IntegrateDependencies,
  job?: Job,
): Promise<IntegrateResult> {
  const parameters = resolveParameters(integrationParameters, request.parameters ?? {});
  const folder = await findCheckpoints(request.checkpoints);
  const sources = folder.paths.map((file): CheckpointSource => ({
    name: printable(path.basename(file)),
    open: async () =>
      interruptible(await holdingThread(() => load(referenceTo(file, request), loadOptions(request))), job?.signal),
  }));
  let subject: { readonly image: ImageFacts; readonly label: LabelFacts } | undefined;
  let imageWarnings: readonly string[] = [];
  const { map, visited, warnings } = await integrate(
    sources,
    async (first) => {
      const { facts, input, warnings: ofImage } = await images.prepare(request.image, first.input);
      imageWarnings = ofImage;
      subject = { image: facts, label: userLabel(request.label, first.classes) };
      return { image: input, label: subject.label.index };
    },
    parameters,
    {
      seed: DEFAULT_SEED,
      ...(job?.signal ? { signal: job.signal } : {}),
      progress: (done, total) => job?.progress?.({ stage: 'compute', done, total }),
    },
  );
  const first = visited[0]!.info;
  const record: IntegrateRecord = {
    kind: 'training-integrated',
    version: 1,
    created: new Date().toISOString(),
    ...subject!,
    parameters,
    checkpoints: visited.map((visit) => checkpointFacts(visit, folder.paths[visit.index]!)),
    statistics: mapStatistics(map),
    engine: first.engine,
    warnings: [...first.warnings, ...imageWarnings, ...folder.warnings, ...warnings],
  };
  return { record, map };
}

function referenceTo(file: string, { specPath, labelsPath }: IntegrateRequest): ModelReference {
  return {
    path: file,
    ...(specPath === undefined ? {} : { specPath }),
    ...(labelsPath === undefined ? {} : { labelsPath }),
  };
}

function loadOptions({ engine = 'auto', threads, tensorflowModule }: IntegrateRequest): LoadOptions {
  return {
    engine,
    ...(threads === undefined ? {} : { threads }),
    ...(tensorflowModule === undefined ? {} : { tensorflowModule }),
  };
}

function checkpointFacts({ info, loss, scores }: Visit, file: string): CheckpointFacts {
  const [predicted] = rankClasses(scores, 0, info.classes, { top: 1 });
  return { path: file, hash: info.hash, loss, predicted: predicted! };
}
