import { UserError } from '../errors';

/** A parameter is declared once; controls, settings, command-line options, tool schemas and docs derive from it. */
export type ParameterDeclaration =
  | (Common & {
      readonly type: 'number' | 'integer';
      readonly default: number;
      readonly minimum: number;
      readonly maximum: number;
      /** Step of a control; the scale it moves on. */
      readonly step?: number;
      readonly scale?: 'linear' | 'logarithmic';
    })
  | (Common & { readonly type: 'boolean'; readonly default: boolean })
  | (Common & { readonly type: 'choice'; readonly default: string; readonly choices: readonly Choice[] });

interface Common {
  readonly id: string;
  readonly label: string;
  /** One sentence. */
  readonly description: string;
  readonly unit?: string;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

export type ParameterValue = number | boolean | string;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

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
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const allowed = `${declaration.type === 'integer' ? 'an integer' : 'a number'} from ${declaration.minimum} to ${declaration.maximum}`;
      if (typeof number !== 'number' || !(number >= declaration.minimum && number <= declaration.maximum))
        throw refused(declaration, value, allowed);
      if (declaration.type === 'integer' && !Number.isInteger(number)) throw refused(declaration, value, allowed);
      return number;
    }
  }
}

function refused(declaration: ParameterDeclaration, value: unknown, allowed: string): UserError {
  return new UserError('parameter', `"${String(value)}" is no value for "${declaration.id}".`, `Use ${allowed}.`);
}
