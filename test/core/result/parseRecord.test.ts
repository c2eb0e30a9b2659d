import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { parseRecord } from '../../../src/core/result/parseRecord';
import type { AttackRecord, AttributionRecord } from '../../../src/core/result/record';

const classes = [{ index: 5, name: 'Sandal', logit: 7.5, probability: 0.99 }];
const norms = { l0: 3, l1: 0.03, l2: 0.017, linf: 0.01 };
const base = {
  version: 1,
  id: '20250131T235959Z-0badcafe',
  created: '2025-01-31T23:59:59.000Z',
  image: { name: 'sandal.png', path: '/pictures/sandal.png', hash: 'ab'.repeat(32), width: 28, height: 28, mapping: { x: 0, y: 0, scaleX: 1, scaleY: 1 } },
  model: { name: 'Fashion', path: '/models/model.json', hash: 'cd'.repeat(32), format: 'tfjs-layers', engine: 'wasm', engineReason: 'The others are not here.', input: { height: 28, width: 28, channels: 1 } },
  classes,
  label: { index: 5, name: 'Sandal', source: 'file name' },
  parameters: {},
  seed: 0,
  timings: { model: 10, image: 2, compute: 30.5 },
  warnings: ['Preprocessing is assumed.'],
} as const; // prettier-ignore

const attribution: AttributionRecord = {
  ...base,
  kind: 'attribution',
  method: 'gradient-x-input',
  objective: { kind: 'logit', classIndex: 5, className: 'Sandal', value: 7.5 },
  delta: 0.001,
  statistics: { minimum: 0, maximum: 2, sum: 9, absoluteSum: 9, nonFinite: 0, state: 'ordinary' },
};

const attack: AttackRecord = {
  ...base,
  kind: 'attack',
  attack: 'fgsm',
  epsilon: 0.01,
  parameters: { epsilon: 0.01, clamp: true, mode: 'max' },
  goal: { direction: 'away', label: { index: 5, name: 'Sandal', source: 'prediction' } },
  perturbationClasses: classes,
  adversarialClasses: classes,
  norms,
  success: true,
  startedRight: false,
  saved: { classes, norms, success: false },
};

const onDisk = (record: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(record)) as Record<string, unknown>;

/** A copy of `record` with the member at a dotted path replaced, or removed if `value` is undefined. */
function damaged(record: unknown, path: string, value: unknown): unknown {
  const copy = onDisk(record);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((object, key) => object[key] as Record<string, unknown>, copy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

describe('parseRecord', () => {
  it.each([
    ['attribution', attribution],
    ['attack', attack],
  ])('reads an %s record back whole', (_kind, record) => {
    expect(parseRecord(onDisk(record))).toEqual(record);
  });

  it('leaves out what is optional and absent', () => {
    const { label, delta, ...rest } = attribution;
    const { path, ...image } = attribution.image;
    expect([label, delta, path]).not.toContain(undefined);
    const parsed = parseRecord(onDisk({ ...rest, image }));
    expect(parsed).toStrictEqual({ ...rest, image });
  });

  it('drops additions of later versions of the same format', () => {
    const record = damaged(damaged(attack, 'note', 'new'), 'saved.format', 'png');
    expect(parseRecord(record)).toStrictEqual(attack);
  });

  it('reads null measurements as NaN, as JSON writes them', () => {
    const parsed = parseRecord(onDisk({ ...attribution, objective: { ...attribution.objective, value: NaN } }));
    expect(parsed).toMatchObject({ objective: { value: NaN } });
  });

  it.each([
    [2, /Update/],
    [0, /again/],
  ])('refuses format %i', (version, hint) => {
    const read = () => parseRecord(damaged(attribution, 'version', version));
    expect(read).toThrow(UserError);
    expect(read).toThrow(expect.objectContaining({ hint: expect.stringMatching(hint) as string }));
  });

  it.each([[null], [[]], ['text'], [42], [{}], [undefined]])('refuses %o', (json) => {
    expect(() => parseRecord(json)).toThrow(UserError);
  });

  it('refuses a record of which any one member is missing, unless optional, and says which', () => {
    const optional = new Set(['label', 'delta', 'image.path']);
    for (const record of [attribution, attack])
      for (const path of pathsOf(onDisk(record))) {
        if (optional.has(path)) continue;
        const read = () => parseRecord(damaged(record, path, undefined));
        if (path.startsWith('parameters.')) expect(read).not.toThrow();
        else expect(read, path).toThrow(path.split('.').at(-1)!);
      }
  });

  it.each([
    ['id', '../../etc/passwd'],
    ['created', 'yesterday'],
    ['kind', 'training'],
    ['classes', {}],
    ['classes', [{ index: -1, name: '', logit: 0, probability: 0 }]],
    ['model.engine', 'cuda'],
    ['model.input.channels', 2],
    ['image.width', 0.5],
    ['image.width', '28'],
    ['parameters', { nested: {} }],
    ['warnings', [1]],
    ['success', 'yes'],
    ['norms.l0', 0.5],
    ['goal.direction', 'up'],
  ])('refuses %s = %o', (path, value) => {
    expect(() => parseRecord(damaged(attack, path, value))).toThrow(UserError);
  });
});

/** Dotted paths of all members of nested objects. */
function pathsOf(object: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const path = prefix + key;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [path, ...(isObject ? pathsOf(value as Record<string, unknown>, `${path}.`) : [])];
  });
}
