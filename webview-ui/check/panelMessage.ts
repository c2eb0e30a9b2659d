import type { AttackResult, AttributionResult } from '../../src/core/engine/service';
import type { RawMap } from '../../src/core/image/pixels';
import type { PanelState, ToPanel } from '../../src/protocol/panel';
import { type Guard, hasShape, isArrayOf, isBytes, isCount, isObject, isOneOf, isOptional, isString } from './guards';
import { isImage, isMap } from './pixels';
import { isRecord } from './record';

const isParameter = hasShape({
  id: isString,
  label: isString,
  description: isString,
  type: isOneOf('number', 'integer', 'boolean', 'choice'),
});
const method = {
  id: isString,
  label: isString,
  summary: isString,
  formula: isString,
  parameters: isArrayOf(isParameter),
};
const isCatalog = hasShape({
  attribution: isArrayOf(hasShape({ ...method, display: isOneOf('diverging', 'sequential') })),
  attack: isArrayOf(hasShape(method)),
});
export const isError = hasShape({ message: isString, hint: isString });
const isProgress = hasShape({ stage: isOneOf('model', 'image', 'compute'), done: isCount, total: isCount });
const isPicture = hasShape({ png: isBytes, width: isCount, height: isCount });

const sameShape = (first: RawMap, second: RawMap): boolean =>
  first.height === second.height && first.width === second.width && first.channels === second.channels;

const common = { record: isRecord, input: isImage, picture: isPicture, classNames: isArrayOf(isString) };
const isAttributionShape = hasShape({ ...common, map: isMap });
const isAttributionResult: Guard<AttributionResult> = (value): value is AttributionResult =>
  isAttributionShape(value) &&
  value.record.kind === 'attribution' &&
  value.map.height === value.input.height &&
  value.map.width === value.input.width;

const isAttackShape = hasShape({ ...common, perturbation: isMap, adversarial: isImage });
const isAttackResult: Guard<AttackResult> = (value): value is AttackResult =>
  isAttackShape(value) &&
  value.record.kind === 'attack' &&
  sameShape(value.input, value.adversarial) &&
  sameShape(value.input, value.perturbation);

const isState: Guard<PanelState> = (value): value is PanelState => {
  if (!isObject(value)) return false;
  switch (value.kind) {
    case 'empty':
      return true;
    case 'error':
      return isString(value.imageName) && isError(value.error);
    case 'attribution':
      return isCatalog(value.catalog) && isAttributionResult(value.result);
    case 'attack':
      return isCatalog(value.catalog) && isAttackResult(value.result);
    default:
      return false;
  }
};

/** A message to the panel, or undefined for anything else. */
export function readToPanel(value: unknown): ToPanel | undefined {
  return isToPanel(value) ? value : undefined;
}

const isToPanel: Guard<ToPanel> = (value): value is ToPanel => {
  if (!isObject(value)) return false;
  switch (value.type) {
    case 'state':
      return isState(value.state);
    case 'busy':
      return isString(value.title) && isOptional(isProgress)(value.progress);
    case 'idle':
      return true;
    case 'failed':
      return isError(value.error);
    default:
      return false;
  }
};
