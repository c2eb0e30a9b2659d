import { trainingIntegrated } from '../../core/attribution/training/trainingIntegrated';
import { mapStatistics } from '../../core/result/statistics';
import type { IntegrateRecord, IntegrateRequest, IntegrateResult } from '../calls/training';
import type { Job } from '../calls/service';
import type { ImageCache } from '../usecases/images';
import { userLabel } from '../usecases/labels';
import type { LoadModel } from '../usecases/overCheckpoints';
import { overCheckpoints } from '../usecases/overCheckpoints';

export interface IntegrateDependencies {
  readonly images: ImageCache;
  readonly load: LoadModel;
}

/** The training-integrated map of one image over a folder of checkpoints, and the record of it. */
export async function runIntegrate(
  { checkpoints, label: given, specPath, labelsPath, ...request }: IntegrateRequest,
  dependencies: IntegrateDependencies,
  job?: Job,
): Promise<IntegrateResult> {
  const model = {
    path: checkpoints,
    ...(specPath === undefined ? {} : { specPath }),
    ...(labelsPath === undefined ? {} : { labelsPath }),
  };
  const labelAmong = (classes: readonly string[]) => userLabel(given, classes);
  const over = await overCheckpoints(trainingIntegrated, { ...request, model, labelAmong }, dependencies, job);
  const { map, label, parameters, prepared, visited, facts, warnings } = over;
  const record: IntegrateRecord = {
    kind: 'training-integrated',
    version: 1,
    created: new Date().toISOString(),
    image: prepared.facts,
    label,
    parameters,
    checkpoints: facts,
    statistics: mapStatistics(map),
    engine: visited[0]!.info.engine,
    warnings,
  };
  return { record, map };
}
