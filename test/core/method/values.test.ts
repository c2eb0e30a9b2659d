import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { type ParameterDeclaration, resolveParameters } from '../../../src/core/method/parameters';
import { booleanValue, choiceValue, numberValue } from '../../../src/core/method/values';

const declarations: readonly ParameterDeclaration[] = [
  { id: 'steps', label: 'Steps', description: 'How many.', type: 'integer', default: 50, minimum: 1, maximum: 1000 },
  { id: 'sigma', label: 'σ', description: 'How much.', type: 'number', default: 0.15, minimum: 0, maximum: 1 },
  { id: 'clamp', label: 'Clamp', description: 'Whether.', type: 'boolean', default: true },
  {
    id: 'mode',
    label: 'Mode',
    description: 'Which.',
    type: 'choice',
    default: 'sum',
    choices: [
      { id: 'sum', label: 'Sum', description: 'All.' },
      { id: 'mean', label: 'Mean', description: 'Average.' },
    ],
  },
];

describe('parameters', () => {
  it('are complete: what is given over the defaults, text as the command line hands it over', () => {
    expect(resolveParameters(declarations, {})).toEqual({ steps: 50, sigma: 0.15, clamp: true, mode: 'sum' });
    expect(resolveParameters(declarations, { steps: '7', clamp: 'false', mode: 'mean', sigma: undefined })).toEqual({
      steps: 7,
      sigma: 0.15,
      clamp: false,
      mode: 'mean',
    });
  });

  it.each([
    [{ step: 1 }, /no parameter "step"/],
    [{ steps: 0 }, /"0" is no value for "steps"/],
    [{ steps: 1.5 }, /"1.5"/],
    [{ sigma: 1.0001 }, /"sigma"/],
    [{ sigma: NaN }, /"NaN"/],
    [{ sigma: '' }, /"sigma"/],
    [{ clamp: 1 }, /"clamp"/],
    [{ mode: 'product' }, /"product"/],
  ])('refuse %o', (given, message) => {
    expect(() => resolveParameters(declarations, given)).toThrow(UserError);
    expect(() => resolveParameters(declarations, given)).toThrow(message);
  });

  it('are read with their type; an unresolved one is a defect', () => {
    const values = resolveParameters(declarations, {});
    expect([numberValue(values, 'sigma'), booleanValue(values, 'clamp'), choiceValue(values, 'mode')]).toEqual([
      0.15,
      true,
      'sum',
    ]);
    expect(() => numberValue(values, 'mode')).toThrow(TypeError);
    expect(() => booleanValue(values, 'absent')).toThrow(TypeError);
    expect(() => choiceValue(values, 'steps')).toThrow(TypeError);
  });
});
