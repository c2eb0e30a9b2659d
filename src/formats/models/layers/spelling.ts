import { isJsonArray, isJsonObject, objectAt, stringAt, type JsonObject, type JsonValue } from '../../json/json';

/** Keys whose values are functions' names, which TensorFlow.js spells its own way (`hardSigmoid`). */
const FUNCTIONS = /^(\w+_)?activation$/;
/** Objects whose keys are names that the model's author chose. */
const NAMED: ReadonlySet<string> = new Set(['input_layers', 'output_layers']);
const MAXIMUM_DEPTH = 500;

/**
 * A topology with TensorFlow.js's spelling (`batchInputShape`, `className`, `hardSigmoid`) put into Keras's (`batch_input_shape`),
 * which the readers know; where both are there, Keras's counts. What a model that TensorFlow.js wrote means otherwise is said in
 * its layers: `half_pixel_centers: false` for a bilinear UpSampling2D. Pure. Throws if it is nested too deep.
 */
export function asInKeras(topology: JsonObject): JsonObject {
  const spelled = respelled(topology, '', 0) as JsonObject;
  return (stringAt(spelled, 'keras_version') ?? '').startsWith('tfjs-layers')
    ? (marked(spelled, 0) as JsonObject)
    : spelled;
}

/** TensorFlow.js takes pixels as points at their corner where it enlarges pictures, Keras as areas. */
function marked(value: JsonValue, depth: number): JsonValue {
  if (depth > MAXIMUM_DEPTH) return value;
  if (isJsonArray(value)) return value.map((each) => marked(each, depth + 1));
  if (!isJsonObject(value)) return value;
  const config = objectAt(value, 'config');
  if (config && stringAt(value, 'class_name') === 'UpSampling2D' && stringAt(config, 'interpolation') === 'bilinear')
    return { ...value, config: { ...config, half_pixel_centers: false } };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, inner === undefined ? undefined : marked(inner, depth + 1)]),
  );
}

function respelled(value: JsonValue, key: string, depth: number): JsonValue {
  if (depth > MAXIMUM_DEPTH) throw new Error('The description of the layers is nested too deep');
  if (typeof value === 'string') return FUNCTIONS.test(key) ? underscored(value) : value;
  if (isJsonArray(value)) return value.map((each) => respelled(each, key, depth + 1));
  if (!isJsonObject(value)) return value;
  const result: Record<string, JsonValue | undefined> = {};
  for (const [written, inner] of Object.entries(value)) {
    const own = NAMED.has(key) ? written : underscored(written);
    if (own !== written && Object.hasOwn(value, own)) continue;
    // Through the property's definition, since a key may be “__proto__”.
    Object.defineProperty(result, own, {
      value: inner === undefined ? undefined : respelled(inner, own, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

/** `dataFormat` → `data_format`; what does not start small and go on in capitals stays. */
function underscored(text: string): string {
  if (!/^[a-z][a-z0-9]*([A-Z][a-z0-9]*)+$/.test(text)) return text;
  return text.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
