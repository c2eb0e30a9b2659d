import type { JsonDraft, JsonObject, JsonValue } from '../../json/json';
import { arrayAt, isJsonObject, objectAt } from '../../json/json';

/** Sides of the picture that a description gives for models that leave them open. */
export interface SaidSize {
  readonly height?: number | undefined;
  readonly width?: number | undefined;
}

/**
 * The topology with these sides where its first input leaves them open, and with any number of pictures a batch. Pure: the
 * argument is left as it was.
 */
export function withInputSize(topology: JsonObject, { height, width }: SaidSize): JsonObject {
  const [rows, columns] = [height ?? null, width ?? null];
  const copy = structuredClone(topology);
  const config: JsonDraft | undefined = firstInput(objectAt(copy, 'model_config') ?? copy);
  if (config === undefined) return copy;
  for (const key of ['batch_input_shape', 'batch_shape']) {
    const shape = arrayAt(config, key);
    if (shape?.length !== 4) continue;
    const channelsFirst = (shape[1] === 1 || shape[1] === 3) && shape[3] !== 1 && shape[3] !== 3;
    const sides: JsonValue[] = channelsFirst ? [null, shape[1] ?? null, rows, columns] : [null, rows, columns, null];
    config[key] = shape.map((side, axis) => (axis === 0 ? null : (side ?? sides[axis] ?? null)));
  }
  return copy;
}

/** Configuration of the first layer that says the shape of an input. */
function firstInput(model: JsonObject): JsonObject | undefined {
  for (const layer of layersIn(model)) {
    const config = objectAt(layer, 'config');
    if (arrayAt(config, 'batch_input_shape') || arrayAt(config, 'batch_shape')) return config;
    const inner = firstInput(layer);
    if (inner) return inner;
  }
  return undefined;
}

function layersIn(model: JsonObject): readonly JsonObject[] {
  const list = arrayAt(model, 'config') ?? arrayAt(objectAt(model, 'config'), 'layers') ?? [];
  return list.filter(isJsonObject);
}
