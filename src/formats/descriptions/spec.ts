import { UserError } from '../../core/errors';
import { reading } from '../../core/schema/schema';
import { cleanName } from '../labels/cleanName';
import type { ModelSpec, WrittenInput } from '../../core/model/modelSpec';
import { COMMENT_KEYS, modelSpec } from '../../core/model/modelSpec';

export interface CheckedSpec {
  readonly spec: ModelSpec;
  readonly warnings: readonly string[];
}

/**
 * Checks a specification (`lens.json` or a settings entry) and returns it typed.
 *
 * `origin` names it in messages. Unknown keys are warnings; wrong values throw `UserError('model-spec')`.
 */
export function checkSpec(value: unknown, origin: string): CheckedSpec {
  const { value: written, misfit } = reading(modelSpec, value);
  if (misfit) {
    const { path, wanted } = misfit;
    const key = path.filter((step) => typeof step === 'string').join('.');
    throw new UserError(
      'model-spec',
      key === '' ? `${origin} is not a model specification.` : `“${key}” in ${origin} is not what it should be.`,
      `It should be ${wanted}.`,
    );
  }
  const { classes, input, ...texts } = written;
  const { input: given } = value as { readonly input?: object };
  return {
    spec: {
      ...texts,
      ...(classes && { classes: classes.map(cleanName) }),
      ...(input && { input: inputOf(input) }),
    },
    warnings: [
      ...unknownKeys(value as object, modelSpec.entries, origin),
      ...(given ? unknownKeys(given, modelSpec.entries.input.wrapped.entries, `input in ${origin}`) : []),
    ],
  };
}

function inputOf({
  range,
  rescale,
  mean,
  std,
  resizeTo,
  padColor,
  ...rest
}: WrittenInput): NonNullable<ModelSpec['input']> {
  const scaled = range ?? (rescale === undefined ? undefined : [0, 255 * rescale]);
  return {
    ...rest,
    ...(scaled && { range: [scaled[0]!, scaled[1]!] as const }),
    ...(mean !== undefined && { mean: [mean].flat() }),
    ...(std !== undefined && { std: [std].flat() }),
    ...(resizeTo !== undefined && {
      resizeTo: typeof resizeTo === 'number' ? resizeTo : ([resizeTo[0]!, resizeTo[1]!] as const),
    }),
    ...(padColor !== undefined && { padColor: [padColor].flat() }),
  };
}

function unknownKeys(value: object, entries: object, origin: string): string[] {
  const known = Object.keys(entries);
  return Object.keys(value)
    .filter((key) => !known.includes(key) && !COMMENT_KEYS.test(key))
    .map((key) => `The unknown key “${key.slice(0, 60)}” of ${origin} is ignored; known are ${known.join(', ')}.`);
}
