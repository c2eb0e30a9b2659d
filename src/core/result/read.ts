/** A JSON value is not what it should be; `path` says where. Made into a `UserError` by who knows what is read. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(
    readonly path: string,
    readonly expected: string,
  ) {
    super(`${path} is not ${expected}`);
  }
}

/** A JSON object whose members are read by name; members that nobody asks for are left alone. */
export interface Reader {
  text(key: string): string;
  optionalText(key: string): string | undefined;
  /** `null` reads as NaN: JSON has no other way to write it. */
  number(key: string): number;
  /** An integer of at least `minimum`. */
  integer(key: string, minimum: number): number;
  boolean(key: string): boolean;
  oneOf<Choice extends string>(key: string, choices: readonly Choice[]): Choice;
  texts(key: string): readonly string[];
  object(key: string): Reader;
  optionalObject(key: string): Reader | undefined;
  objects(key: string): readonly Reader[];
  /** The members' names and values as they stand. */
  members(): readonly (readonly [string, unknown])[];
  has(key: string): boolean;
  /** Where this object is, for messages. */
  readonly path: string;
}

/** Reads `value` as an object. Throws {@link ShapeError}, as do the reader's functions. */
export function readObject(value: unknown, path: string): Reader {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(path, 'an object');
  const members = new Map<string, unknown>(Object.entries(value));
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const has = (key: string) => members.get(key) !== undefined;

  function list(key: string): unknown[] {
    const value = members.get(key);
    if (!Array.isArray(value)) throw new ShapeError(at(key), 'a list');
    return value;
  }

  const reader: Reader = {
    path,
    has,
    members: () => [...members],
    text: (key) => expectText(members.get(key), at(key)),
    optionalText: (key) => (has(key) ? reader.text(key) : undefined),
    number: (key) => {
      const value = members.get(key);
      if (value === null) return NaN;
      if (typeof value !== 'number') throw new ShapeError(at(key), 'a number');
      return value;
    },
    integer: (key, minimum) => {
      const value = members.get(key);
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum)
        throw new ShapeError(at(key), `an integer of at least ${minimum}`);
      return value;
    },
    boolean: (key) => {
      const value = members.get(key);
      if (typeof value !== 'boolean') throw new ShapeError(at(key), 'true or false');
      return value;
    },
    oneOf: (key, choices) => {
      const found = choices.find((choice) => choice === members.get(key));
      if (found === undefined) throw new ShapeError(at(key), `one of ${choices.join(', ')}`);
      return found;
    },
    texts: (key) => list(key).map((item, index) => expectText(item, `${at(key)}[${index}]`)),
    object: (key) => readObject(members.get(key), at(key)),
    optionalObject: (key) => (has(key) ? reader.object(key) : undefined),
    objects: (key) => list(key).map((item, index) => readObject(item, `${at(key)}[${index}]`)),
  };
  return reader;
}

function expectText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new ShapeError(path, 'a text');
  return value;
}
