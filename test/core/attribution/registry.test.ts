import { describe, expect, it } from 'vitest';
import { attributionMethods, findAttributionMethod } from '../../../src/core/attribution/registry';
import { attackMethods, findAttackMethod } from '../../../src/core/attack/registry';
import { describeMethod } from '../../../src/core/method/method';
import { resolveParameters } from '../../../src/core/method/parameters';

describe('registries', () => {
  const all = [...attributionMethods, ...attackMethods];

  it('list the methods of the definition', () => {
    expect(attributionMethods.map(({ id }) => id).sort()).toEqual([
      'deconvolution',
      'grad-cam',
      'gradient',
      'gradient-x-input',
      'guided-backprop',
      'hires-cam',
      'input-x-gradient',
      'integrated-gradients',
      'layer-cam',
    ]);
    expect(attackMethods.map(({ id }) => id).sort()).toEqual(['fgsm', 'max-normed-gradient']);
  });

  it('describe every method in one sentence, and every parameter with defaults that are allowed', () => {
    for (const method of all) {
      expect(method.id).toMatch(/^[a-z][a-z-]*[a-z]$/);
      expect(method.summary).toMatch(/^[A-Z][^.]*\.$/);
      const defaults = resolveParameters(method.parameters, {});
      expect(resolveParameters(method.parameters, defaults)).toEqual(defaults);
      expect(Object.keys(defaults)).toHaveLength(method.parameters.length);
    }
    for (const attack of attackMethods)
      expect(resolveParameters(attack.parameters, {})).toMatchObject({ epsilon: 0.01, clamp: true });
  });

  it('refuse an unknown id and name those there are', () => {
    expect(() => findAttributionMethod('fgsm')).toThrow(
      expect.objectContaining({ code: 'unknown-method', hint: expect.stringContaining('input-x-gradient') as string }),
    );
    expect(() => findAttackMethod('gradient')).toThrow(
      expect.objectContaining({ code: 'unknown-method', hint: expect.stringContaining('fgsm') as string }),
    );
  });

  it('can be described without their functions (catalogues travel between processes)', () => {
    for (const method of all) {
      const description = describeMethod(method);
      expect(method.run).toBeTypeOf('function');
      expect(structuredClone(description)).toEqual(description);
      expect(Object.keys(description).sort()).toEqual(
        [...Object.keys(method).filter((key) => key !== 'run' && key !== 'cost'), 'defaultCost'].sort(),
      );
    }
  });
});
