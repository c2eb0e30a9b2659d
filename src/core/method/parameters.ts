import { UserError } from '../errors';
import { choice, flag, list, literal, object, possible, text, variant } from '../schema/kinds';
import { isWithin, number, type Range } from '../schema/numbers';
import type { Of } from '../schema/schema';
import type { ParameterValue, ParameterValues } from './parameterValues';

export type { ParameterValue, ParameterValues } from './parameterValues';

const common = {
  id: text(100),
  label: text(),
  /** One sentence. */
  description: text(),
  unit: possible(text(100)),
};

/** A parameter is declared once; controls, settings, command-line options, tool schemas and docs derive from it. */
export const parameterDeclaration = variant('type', [
  object({
    ...common,
    type: choice(['number', 'integer']),
    default: number(),
    minimum: number(),
    maximum: number(),
    /** Step of a control; the scale it moves on. */
    step: possible(number()),
    scale: possible(choice(['linear', 'logarithmic'])),
  }),
  object({ ...common, type: literal('boolean'), default: flag }),
  object({
    ...common,
    type: literal('choice'),
    default: text(),
    choices: list(object({ id: text(100), label: text(), description: text() })),
  }),
  /** A layer of the model by its name; '': the method chooses. */
  object({ ...common, type: literal('layer'), default: literal('') }),
]);

export type ParameterDeclaration = Of<typeof parameterDeclaration>;

/** What a parameter of the type `choice` offers. */
export interface Choice<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly description: string;
}

/** A parameter that counts what is computed, ten unless told otherwise. */
export const COUNT = {
  type: 'integer',
  default: 10,
  minimum: 1,
  maximum: 10_000,
  step: 1,
  scale: 'logarithmic',
} as const;

/**
 * The complete parameters of a method: `given` (numbers, booleans, or their text) over the declared defaults.
 * Throws `UserError('parameter')` for an unknown name, a wrong type, or a value out of range, naming what is allowed.
 */
export function resolveParameters(
  declarations: readonly ParameterDeclaration[],
  given: Readonly<Record<string, unknown>>,
): ParameterValues {
  const known = new Map(declarations.map((declaration) => [declaration.id, declaration]));
  for (const id of Object.keys(given)) {
    if (known.has(id)) continue;
    const names = declarations.map((declaration) => declaration.id).join(', ');
    throw new UserError(
      'parameter',
      `There is no parameter "${id}".`,
      names === '' ? 'This method has no parameters.' : `Its parameters are: ${names}.`,
    );
  }
  return Object.fromEntries(
    declarations.map((declaration) => [
      declaration.id,
      given[declaration.id] === undefined ? declaration.default : parse(declaration, given[declaration.id]),
    ]),
  );
}

function parse(declaration: ParameterDeclaration, value: unknown): ParameterValue {
  switch (declaration.type) {
    case 'boolean': {
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      throw refused(declaration, value, 'true or false');
    }
    case 'choice': {
      if (declaration.choices.some((choice) => choice.id === value)) return value as string;
      throw refused(declaration, value, declaration.choices.map((choice) => choice.id).join(', '));
    }
    case 'layer': {
      if (typeof value === 'string') return value;
      throw refused(declaration, value, 'the name of a layer');
    }
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? numberOf(value) : value;
      const allowed = `${declaration.type === 'integer' ? 'an integer' : 'a number'} from ${declaration.minimum} to ${declaration.maximum}`;
      if (typeof number !== 'number' || !isWithin(rangeOf(declaration), number))
        throw refused(declaration, value, allowed);
      return number;
    }
  }
}

/** A number as people write it: 0.01, or a fraction such as 8/255; NaN for anything else. */
export function numberOf(text: string): number {
  const [numerator = '', denominator = '1', more] = text.trim().split('/');
  return more !== undefined || numerator.trim() === '' || denominator.trim() === ''
    ? NaN
    : Number(numerator) / Number(denominator);
}

function rangeOf({ type, minimum, maximum }: NumberDeclaration): Range {
  return { minimum, maximum, isWhole: type === 'integer' };
}

type NumberDeclaration = Extract<ParameterDeclaration, { readonly minimum: number }>;

function refused(declaration: ParameterDeclaration, value: unknown, allowed: string): UserError {
  return new UserError('parameter', `"${String(value)}" is no value for "${declaration.id}".`, `Use ${allowed}.`);
}
