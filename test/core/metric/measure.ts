import type { PixelImage, RawMap } from '../../../src/core/image/pixels';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { MetricContext, MetricOutcome, MetricSubject } from '../../../src/core/metric/metric';
import { findMetric } from '../../../src/core/metric/registry';
import type { Classifier, Objective } from '../../../src/core/model/classifier';

export const LOGIT: Objective = { kind: 'logit', classIndex: 0 };

interface Given extends Partial<MetricSubject> {
  readonly image: PixelImage;
  readonly map: RawMap;
}

/** A map that is the same whatever the image, unless `attribute` says otherwise. */
export function subjectOf({ image, map, ...given }: Given): MetricSubject {
  const attribute = (images: readonly PixelImage[]) => Promise.resolve(images.map(() => map));
  return { image, map, objective: LOGIT, seed: 0, attribute, ...given };
}

/** A map of the image's shape. */
export function mapLike(image: PixelImage, values: Iterable<number>): RawMap {
  return { ...image, data: Float32Array.from(values) };
}

/** Runs a metric on a set, by its registered name. */
export function measureSet(
  id: string,
  classifier: Classifier,
  subjects: readonly MetricSubject[],
  given: Record<string, unknown> = {},
  context: MetricContext = {},
): Promise<readonly MetricOutcome[]> {
  const { run, parameters } = findMetric(id);
  return run(classifier, subjects, resolveParameters(parameters, given), context);
}

export async function measureOne(
  id: string,
  classifier: Classifier,
  subject: MetricSubject,
  given: Record<string, unknown> = {},
): Promise<MetricOutcome> {
  const [outcome] = await measureSet(id, classifier, [subject], given);
  return outcome!;
}
