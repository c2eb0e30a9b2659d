import { UserError } from '../../core/errors';
import type { JsonObject, JsonValue } from '../json/json';
import { isJsonArray, isJsonObject } from '../json/json';
import { classNumber, isSynset, type FoundName } from './foundName';

/** What files call the object or list that holds the names, as written by Hugging Face, Keras, torchvision, COCO and others. */
const WRAPPERS = ['id2label', 'label2id', 'labels', 'classes', 'class_names', 'classNames', 'names', 'categories', 'class_to_idx', 'idx_to_class', 'class_indices']; // prettier-ignore
const NUMBER_KEYS = ['id', 'index', 'idx', 'class_id', 'class_index', 'label_id', 'number'];
const NAME_KEYS = ['name', 'display_name', 'displayName', 'class_name', 'className', 'label', 'class', 'title'];
const DEEPEST = 4;
/** Beside a name people shorten WordNet's ids. */
const SYNSET_LIKE = /^n\d+$/;

/**
 * Class names from JSON: a list of names, of objects ({"id": 0, "name": "cat"}) or of pairs; {"0": "cat"}, {"cat": 0},
 * ImageNet's {"0": ["n01440764", "tench"]}; or one of these under a usual key ("id2label", "labels", …). Throws
 * `UserError('model-spec')` for anything else.
 */
export function readJsonNames(value: JsonValue, origin: string, depth = 0): FoundName[] {
  if (isJsonArray(value)) return value.map((item, at) => itemName(item, `item ${at} of ${origin}`));
  if (!isJsonObject(value)) throw unknownForm(origin);
  const entries = Object.entries(value) as [string, JsonValue][];
  const isNumber = (item: JsonValue) => typeof item === 'number' && Number.isInteger(item) && item >= 0;
  if (entries.length > 0 && entries.every(([, item]) => isNumber(item)))
    return entries.map(([name, item]) => ({ name, number: item as number }));
  if (entries.length > 0 && entries.every(([key]) => classNumber(key) !== undefined))
    return entries.map(([key, item]) => ({
      ...itemName(item, `“${key}” in ${origin}`),
      number: classNumber(key)!,
    }));
  const key = WRAPPERS.find((each) => Array.isArray(value[each]) || isJsonObject(value[each]));
  if (key === undefined || depth > DEEPEST) throw unknownForm(origin);
  return readJsonNames(value[key]!, `“${key}” of ${origin}`, depth + 1);
}

function itemName(item: JsonValue, place: string): FoundName {
  if (typeof item === 'string') return { name: item };
  if (Array.isArray(item) && item.length === 2) return pairName(item, place);
  if (!isJsonObject(item)) throw noName(place);
  const name = textAt(item, NAME_KEYS);
  if (name === undefined) throw noName(place);
  const number = NUMBER_KEYS.map((key) => item[key]).find((found) => found !== undefined);
  if (number === undefined) return { name };
  const known = typeof number === 'number' || typeof number === 'string' ? classNumber(`${number}`) : undefined;
  if (known === undefined) throw noName(place);
  return { name, number: known };
}

/** ["n01440764", "tench"], [0, "cat"] or ["cat", 0]. */
function pairName([first, second]: readonly JsonValue[], place: string): FoundName {
  const [name, other] = typeof second === 'string' ? [second, first] : [first, second];
  if (typeof name !== 'string') throw noName(place);
  if (typeof other === 'string' && (isSynset(other) || SYNSET_LIKE.test(other))) return { name, synset: other };
  const number = typeof other === 'number' ? classNumber(String(other)) : undefined;
  if (number === undefined) throw noName(place);
  return { name, number };
}

function textAt(item: JsonObject, keys: readonly string[]): string | undefined {
  return keys.map((key) => item[key]).find((found) => typeof found === 'string');
}

function noName(place: string): UserError {
  return new UserError('model-spec', `${capital(place)} is not the name of a class.`, HINT);
}

function unknownForm(origin: string): UserError {
  return new UserError('model-spec', `${capital(origin)} does not name classes in a known form.`, HINT);
}

const HINT = 'Write a list such as ["cat", "dog"], or numbers with names such as {"0": "cat", "1": "dog"}.';

function capital(text: string): string {
  return text.startsWith('item') ? `I${text.slice(1)}` : text;
}
