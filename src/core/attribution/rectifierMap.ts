import { throwIfCancelled } from '../errors';
import type { PixelImage } from '../image/pixels';
import type { MethodContext } from '../method/context';
import type { Classifier, ModelChange, Objective } from '../model/classifier';
import { gradientMap } from './gradientMap';
import type { Attribution } from './method';

/**
 * The gradient of the objective with respect to the pixels where ReLUs pass it on by `rule`, height × width × channels, raw; `remark`
 * is said beside it. Throws `CancelledError` and what `variant` and `gradient` of the classifier throw.
 */
export async function rectifierMap(
  classifier: Classifier,
  image: PixelImage,
  objective: Objective,
  context: MethodContext,
  rule: Extract<ModelChange, { kind: 'rule' }>['rule'],
  remark: string,
): Promise<Attribution> {
  throwIfCancelled(context.signal);
  const changed = await classifier.variant({ kind: 'rule', rule });
  const attribution = await gradientMap(changed, image, objective, context, (derivative) => derivative);
  const known = new Set(classifier.info.warnings);
  const ofChange = changed.info.warnings.filter((warning) => !known.has(warning));
  return { ...attribution, warnings: [remark, ...ofChange, ...attribution.warnings] };
}
