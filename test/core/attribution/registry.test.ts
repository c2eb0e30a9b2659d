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
      'occlusion',
      'recipro-cam',
      'smooth-grad',
    ]);
    expect(attackMethods.map(({ id }) => id).sort()).toEqual([
      'deepfool',
      'fgsm',
      'max-normed-gradient',
      'pgd',
      'pgd-euclidean',
    ]);
  });

  it('describe every method in one sentence, and every parameter with defaults that are allowed', () => {
    for (const method of all) {
      expect(method.id).toMatch(/^[a-z][a-z-]*[a-z]$/);
      expect(method.summary).toMatch(/^[A-Z][^.]*\.$/);
      const defaults = resolveParameters(method.parameters, {});
      expect(resolveParameters(method.parameters, defaults)).toEqual(defaults);
      expect(Object.keys(defaults)).toHaveLength(method.parameters.length);
    }
  });

  it('let attacks begin with the ε that is customary, within the pixel range', () => {
    const defaults = attackMethods.map(({ id, parameters }) => [id, resolveParameters(parameters, {})]);
    expect(Object.fromEntries(defaults)).toMatchObject({
      fgsm: { epsilon: 0.01, clamp: true },
      'max-normed-gradient': { epsilon: 0.01, clamp: true },
      pgd: {
        epsilon: 8 / 255,
        steps: 10,
        stepSize: 0.25,
        randomStart: true,
        restarts: 1,
        earlyStop: true,
        clamp: true,
      },
      'pgd-euclidean': { epsilon: 0.5, steps: 10, stepSize: 0.25, randomStart: true, clamp: true },
      deepfool: { norm: 'l2', overshoot: 0.02, steps: 50, candidates: 10, clamp: true },
    });
    expect(defaults).toHaveLength(attackMethods.length);
  });

  it('say what bounds an attack: ε is among the parameters of those that have one, and of no other', () => {
    for (const { budget, parameters } of attackMethods)
      expect(parameters.some(({ id }) => id === 'epsilon')).toBe(budget === 'epsilon');
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
