import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultRecord, type ResultRecord } from '../../../src/core/result/kinds';
import { grouped, isAdjusted, type ListedMethod, rowLabel, rowOutcome } from '../../../src/core/result/rows';
import { read } from '../../../src/core/schema/schema';

const stored = (name: string): ResultRecord => {
  const file = path.resolve(import.meta.dirname, '../../golden/stored', name, 'record.json');
  return read(resultRecord, JSON.parse(readFileSync(file, 'utf8')));
};
const attribution = stored('attribution');
const attack = stored('attack');
const item = (record: ResultRecord) => ({ record });
/** The same request, answered another time. */
const again = (record: ResultRecord): ResultRecord => ({
  ...record,
  id: `${record.id}-again`,
  created: '2030-01-01T00:00:00.000Z',
  timings: { model: 0, image: 0, compute: 0 },
  warnings: ['Another.'],
});
const withModel = (record: ResultRecord, name: string): ResultRecord => ({
  ...record,
  model: { ...record.model, name, path: `/models/${name}/model.json`, hash: name },
});
const rowsOf = (records: readonly ResultRecord[]) =>
  grouped(records.map(item)).flatMap(({ models }) => models.flatMap(({ rows }) => rows));

describe('rows of results', () => {
  it('are one for the same request, with all its answers in their order', () => {
    const records = [again(attack), attribution, attack];
    expect(rowsOf(records).map(({ runs }) => runs.map(({ record }) => record.id))).toEqual([
      [again(attack).id, attack.id],
      [attribution.id],
    ]);
  });

  it.each<[string, ResultRecord, ResultRecord]>([
    ['other pixels', attack, { ...attack, image: { ...attack.image, hash: 'other' } }],
    ['a model that changed', attack, { ...attack, model: { ...attack.model, hash: 'other' } }],
    ['another seed', attack, { ...attack, seed: attack.seed + 1 }],
    ['another parameter', attribution, { ...attribution, parameters: { ...attribution.parameters, more: true } }],
    ['another ε', attack, { ...attack, epsilon: 0.5 } as ResultRecord],
    ['another kind', attack, { ...attribution, image: attack.image, model: attack.model }],
  ])('are two for %s', (_what, first, second) => {
    expect(rowsOf([first, second])).toHaveLength(2);
  });

  it('are grouped by picture, then by model', () => {
    const other = { ...attack, image: { ...attack.image, path: '/pictures/other.png', name: 'other.png' } };
    const groups = grouped([attack, other, withModel(attack, 'second')].map(item));
    expect(groups.map(({ models }) => models.map(({ rows }) => rows[0]!.runs[0]!.record.model.name))).toEqual([
      [attack.model.name, 'second'],
      [other.model.name],
    ]);
  });

  const baseline: ListedMethod = {
    label: 'Integrated gradients',
    parameters: [
      {
        id: 'baseline',
        label: 'Baseline',
        description: 'Where the path begins.',
        type: 'choice',
        default: 'black',
        choices: [{ id: 'mean', label: 'Mean colour', description: 'The mean.' }],
      },
      { id: 'steps', label: 'Steps', description: 'Points.', type: 'integer', default: 50, minimum: 1, maximum: 500 },
    ],
  };
  const withParameters = (parameters: ResultRecord['parameters']): ResultRecord => ({ ...attribution, parameters });

  it('say the method, and of its parameters those that tell the row from others', () => {
    const [black, mean] = rowsOf([
      withParameters({ baseline: 'black', steps: 50 }),
      withParameters({ baseline: 'mean', steps: 50 }),
    ]);
    expect(rowLabel(black!, [black!], () => baseline)).toBe('Integrated gradients');
    expect(rowLabel(mean!, [mean!], () => baseline)).toBe('Integrated gradients, baseline mean colour');
    expect(rowLabel(black!, [black!, mean!], () => baseline)).toBe('Integrated gradients, baseline black');
    const [plain, fine] = rowsOf([withParameters({ steps: 50 }), withParameters({ steps: 200 })]);
    expect(rowLabel(fine!, [plain!, fine!], () => undefined)).toMatch(/, steps 200$/);
  });

  it('say ε once, and what became of an attack', () => {
    const missed = { ...attack, epsilon: 0.0123456, success: false, startedRight: true } as ResultRecord;
    const [row] = rowsOf([missed]);
    expect(rowLabel(row!, [row!], () => ({ label: 'FGSM', parameters: [] }))).toBe('FGSM, ε 0.0123');
    expect(rowOutcome(missed)).toMatch(/, goal missed$/);
    expect(rowOutcome({ ...missed, success: true } as ResultRecord)).toMatch(/, goal reached$/);
    expect(rowOutcome({ ...missed, success: true, startedRight: false } as ResultRecord)).toMatch(/, wrong before$/);
  });
});

describe('what a control leaves behind', () => {
  const at = (epsilon: number, change: object = {}): ResultRecord =>
    ({ ...attack, epsilon, parameters: { ...attack.parameters, epsilon }, ...change }) as ResultRecord;

  it('differs in one number alone', () => {
    expect(isAdjusted(at(0.01), at(0.02))).toBe(true);
    expect(isAdjusted(at(0.01), at(0.01))).toBe(false);
    expect(isAdjusted(at(0.01), at(0.02, { seed: 77 }))).toBe(false);
    expect(isAdjusted(at(0.01), at(0.02, { image: { ...attack.image, hash: 'other' } }))).toBe(false);
    expect(isAdjusted(at(0.01), attribution)).toBe(false);
    const chosen = (baseline: string): ResultRecord => ({ ...attribution, parameters: { baseline } });
    expect(isAdjusted(chosen('black'), chosen('mean'))).toBe(false);
  });
});
