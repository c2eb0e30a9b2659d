import { UserError } from '../errors';
import type { JsonObject, JsonValue } from './json';
import { isJsonObject } from './json';
import { cleanName } from './labels/cleanName';
import type { ModelSpec, PreprocessingPreset } from './modelInfo';
import { MODEL_LIMITS } from './limits';
import { PRESETS } from './presets';

const KEYS = ['name', 'classes', 'labels', 'output', 'input'];
const INPUT_KEYS = ['height', 'width', 'color', 'range', 'mean', 'std', 'preset', 'resize', 'interpolation'];
/** Keys that say something to a person only. */
const COMMENT_KEYS = /^(\$.*|x-.*|comment|description|license|source|accuracy|version)$/;

export interface CheckedSpec {
  readonly spec: ModelSpec;
  readonly warnings: readonly string[];
}

/**
 * Checks a specification (`lens.json` or a settings entry) by hand and returns it typed.
 *
 * `origin` names it in messages. Unknown keys are warnings; wrong values throw `UserError('model-spec')`.
 */
export function checkSpec(value: unknown, origin: string): CheckedSpec {
  const check = checkerFor(origin);
  if (!isJsonObject(value)) throw check.fail('', 'an object such as { "classes": ["cat", "dog"] }');
  const warnings = unknownKeys(value, KEYS, origin);
  const input = value.input === undefined ? undefined : checkInput(value.input, check, warnings);
  const name = check.text(value.name, 'name');
  const labels = check.text(value.labels, 'labels');
  const output = check.text(value.output, 'output');
  const classes = value.classes === undefined ? undefined : check.names(value.classes);
  return {
    spec: {
      ...(name !== undefined && { name }),
      ...(classes && { classes }),
      ...(labels !== undefined && { labels }),
      ...(output !== undefined && { output }),
      ...(input && { input }),
    },
    warnings,
  };
}

function checkInput(value: JsonValue, check: Checker, warnings: string[]): NonNullable<ModelSpec['input']> {
  if (!isJsonObject(value)) throw check.fail('input', 'an object such as { "preset": "unit" }');
  warnings.push(...unknownKeys(value, INPUT_KEYS, `input in ${check.origin}`));
  const height = check.side(value.height, 'input.height');
  const width = check.side(value.width, 'input.width');
  const color = check.oneOf(value.color, 'input.color', ['rgb', 'bgr', 'grayscale'] as const);
  const preset = check.oneOf(value.preset, 'input.preset', Object.keys(PRESETS) as PreprocessingPreset[]);
  const resize = check.oneOf(value.resize, 'input.resize', ['stretch', 'center-crop', 'pad'] as const);
  const interpolation = check.oneOf(value.interpolation, 'input.interpolation', [
    'bilinear',
    'nearest',
    'area',
  ] as const);
  const range = check.numbers(value.range, 'input.range', [2]);
  const mean = check.numbers(value.mean, 'input.mean', [1, 3]);
  const std = check.numbers(value.std, 'input.std', [1, 3]);
  if (range && range[0] === range[1]) throw check.fail('input.range', 'two different numbers such as [-1, 1]');
  if (std && !std.every((deviation) => deviation > 0)) throw check.fail('input.std', 'numbers above 0');
  return {
    ...(height !== undefined && { height }),
    ...(width !== undefined && { width }),
    ...(color && { color }),
    ...(preset && { preset }),
    ...(resize && { resize }),
    ...(interpolation && { interpolation }),
    ...(range && { range: [range[0]!, range[1]!] as const }),
    ...(mean && { mean }),
    ...(std && { std }),
  };
}

type Checker = ReturnType<typeof checkerFor>;

function checkerFor(origin: string) {
  const fail = (key: string, wanted: string): UserError =>
    new UserError(
      'model-spec',
      key === '' ? `${origin} is not a model specification.` : `“${key}” in ${origin} is not what it should be.`,
      `It should be ${wanted}.`,
    );
  return {
    origin,
    fail,
    text(value: JsonValue | undefined, key: string): string | undefined {
      if (value === undefined) return undefined;
      if (typeof value !== 'string' || value === '') throw fail(key, 'a text');
      return value;
    },
    names(value: JsonValue): string[] {
      const isName = (name: JsonValue): name is string => typeof name === 'string';
      if (!Array.isArray(value) || value.length === 0 || !value.every(isName)) {
        throw fail('classes', 'a list of class names such as ["cat", "dog"]');
      }
      return value.map(cleanName);
    },
    side(value: JsonValue | undefined, key: string): number | undefined {
      if (value === undefined) return undefined;
      if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MODEL_LIMITS.inputSide) {
        throw fail(key, `a whole number of pixels from 1 to ${MODEL_LIMITS.inputSide}`);
      }
      return value as number;
    },
    oneOf<T extends string>(value: JsonValue | undefined, key: string, choices: readonly T[]): T | undefined {
      if (value === undefined) return undefined;
      const choice = choices.find((candidate) => candidate === value);
      if (choice === undefined) throw fail(key, `one of ${choices.map((each) => `"${each}"`).join(', ')}`);
      return choice;
    },
    numbers(value: JsonValue | undefined, key: string, lengths: readonly number[]): number[] | undefined {
      if (value === undefined) return undefined;
      const list = typeof value === 'number' && lengths.includes(1) ? [value] : value;
      const isFiniteNumber = (item: JsonValue): item is number => typeof item === 'number' && Number.isFinite(item);
      if (!Array.isArray(list) || !lengths.includes(list.length) || !list.every(isFiniteNumber)) {
        throw fail(key, `a list of ${lengths.join(' or ')} numbers`);
      }
      return list;
    },
  };
}

function unknownKeys(value: JsonObject, known: readonly string[], origin: string): string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key) && !COMMENT_KEYS.test(key))
    .map((key) => `The unknown key “${key.slice(0, 60)}” of ${origin} is ignored; known are ${known.join(', ')}.`);
}
