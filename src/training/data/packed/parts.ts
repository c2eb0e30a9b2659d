/** Which part of a data set a file belongs to, by its name; undefined: not said. */
function partOf(name: string): 'train' | 'test' | 'validation' | undefined {
  if (/(^|[^a-z])(train|training)([^a-z]|$)/i.test(name)) return 'train';
  if (/(^|[^a-z])(t10k|test|testing)([^a-z]|$)/i.test(name)) return 'test';
  if (/(^|[^a-z])(val|valid|validation)([^a-z]|$)/i.test(name)) return 'validation';
  return undefined;
}

/** Images and labels that belong together. */
export interface Pair<T> {
  readonly images: T;
  readonly labels: T;
}

/** The pairs of a data set; `unused` names parts that are left out. */
export interface Pairs<T> {
  readonly train: Pair<T>;
  readonly test?: Pair<T>;
  readonly unused: readonly string[];
}

export interface Named<T> {
  readonly name: string;
  readonly role: 'images' | 'labels';
  readonly file: T;
}

/**
 * Puts images and labels together by the part that their names say; without any, the only pair is the whole data set. Where there
 * is no test part, a validation part is it. Undefined where nothing fits together, or more than one way.
 */
export function pairUp<T>(files: readonly Named<T>[]): Pairs<T> | undefined {
  const pairs = new Map<string, Partial<Pair<T>>>();
  for (const { name, role, file } of files) {
    const part = partOf(name) ?? 'all';
    const pair = pairs.get(part) ?? {};
    if (pair[role] !== undefined) return undefined;
    pairs.set(part, { ...pair, [role]: file });
  }
  const whole = (part: string): Pair<T> | undefined => {
    const { images, labels } = pairs.get(part) ?? {};
    return images === undefined || labels === undefined ? undefined : { images, labels };
  };
  const train = whole('train') ?? (pairs.size === 1 ? whole('all') : undefined);
  if (train === undefined) return undefined;
  const test = whole('test') ?? whole('validation');
  const unused = whole('test') !== undefined && whole('validation') !== undefined ? ['validation'] : [];
  return { train, ...(test !== undefined && { test }), unused };
}
