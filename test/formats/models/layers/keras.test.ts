import { describe, expect, it } from 'vitest';
import { readLayers } from '../../../../src/formats/models/layers/layers';
import { weightsByName } from '../../../../src/formats/models/layers/weightSource';
import { goldenCases } from './golden';
import { evaluate, relativeError } from './support';

describe('layers of Keras 3', () => {
  it.each([...goldenCases(), ...goldenCases('tensorflow.json'), ...goldenCases('operations.json')])(
    '$name',
    async ({ config, weights, x, y, seed, gradient }) => {
      const graph = readLayers(config, weightsByName(weights), { kerasVersion: '3.15.1' });
      const result = await evaluate(graph, 2, x, () => seed);
      expect(relativeError(result.values, y)).toBeLessThan(1e-4);
      expect(relativeError(result.gradient, gradient)).toBeLessThan(1e-4);
    },
  );
});
