import { exchangeCost, exchangeCurves } from './exchangeCurve';
import { exchangeParameters } from './exchangeParameters';
import type { Metric } from './metric';

/**
 * Deletion: the area under the score while the pixels that the map ranks highest become the baseline's, first among them the highest.
 * x: the share of pixels that is gone, 0 and 1 included; by the trapezoid rule over the actual shares. Lower is better: a map that
 * names what the score depends on makes it fall at once. Of a probability in [0, 1]; at best 1 / (2 · steps) of what it falls.
 * Source: Petsiuk, Das, Saenko 2018.
 */
export const deletion: Metric = {
  id: 'deletion',
  label: 'Deletion',
  summary: 'How soon the score falls when the pixels that the map ranks highest are taken away.',
  formula: '∫₀¹ p(a with its highest ranked share s as baseline) ds',
  source: 'Petsiuk, Das, Saenko: RISE, arXiv:1806.07421',
  family: 'faithfulness',
  needs: [],
  better: 'lower',
  unit: 'mean score',
  curve: { x: 'share of pixels taken away', y: 'score' },
  parameters: exchangeParameters('black'),
  cost: exchangeCost,
  run: exchangeCurves('delete'),
};
