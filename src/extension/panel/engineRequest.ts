import type { AttackRequest, AttributeRequest, MethodCatalog, ModelRequest } from '../../engine/calls/service';
import type { PanelAttack } from '../../protocol/panel';
import { settings } from '../config';
import type { Subject } from '../images/subject';
import { imageReference } from '../images/subject';
import type { AttributionWish } from './panelRequest';

/** A run or folder of checkpoints, and the true label of the image that was looked at with them. */
export interface Checkpoints {
  readonly folder: string;
  readonly label?: number | undefined;
}

/** The method of a wish: the chosen one, else that of the settings. */
export function methodOf({ method }: AttributionWish, { uri }: Subject): string {
  return method ?? settings.defaultMethod.read(uri);
}

export function needsCheckpoints(method: string, { attribution }: MethodCatalog): boolean {
  return attribution.find(({ id }) => id === method)?.needs.includes('checkpoints') ?? false;
}

/** What the engine is asked for an attribution; with checkpoints it looks at these instead of the model, for the label's loss. */
export async function attributeRequest(
  model: ModelRequest['model'],
  subject: Subject,
  wish: AttributionWish,
  checkpoints: Checkpoints | undefined,
): Promise<AttributeRequest> {
  const { classIndex, against, objective, parameters } = wish;
  const label = wish.label ?? (classIndex === undefined ? checkpoints?.label : undefined);
  return {
    model: checkpoints ? { path: checkpoints.folder } : model,
    image: await imageReference(subject),
    method: methodOf(wish, subject),
    ...(classIndex === undefined ? {} : { class: classIndex }),
    ...(against === undefined || checkpoints ? {} : { against }),
    ...(label === undefined ? {} : { label }),
    ...(objective === undefined || checkpoints ? {} : { objective }),
    ...(parameters ? { parameters } : {}),
  };
}

export async function attackRequest(
  model: ModelRequest['model'],
  subject: Subject,
  { attack, label, target, parameters }: PanelAttack,
): Promise<AttackRequest> {
  return {
    model,
    image: await imageReference(subject),
    attack,
    parameters,
    ...(label === undefined ? {} : { label }),
    ...(target === undefined ? {} : { target }),
  };
}
