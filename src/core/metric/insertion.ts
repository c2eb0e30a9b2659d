import { exchangeCost, exchangeCurves } from './exchangeCurve';
import { exchangeParameters } from './exchangeParameters';
import type { Metric } from './metric';

/**
 * Insertion: the area under the score while the pixels that the map ranks highest are put into the baseline, a blurred image unless
 * told otherwise, first among them the highest. x: the share of pixels that is there, 0 and 1 included; by the trapezoid rule over the
 * actual shares. Higher is better: a map that names what the score depends on makes it rise at once. Of a probability in [0, 1].
 * Source: Petsiuk, Das, Saenko 2018.
 */
export const insertion: Metric = {
  id: 'insertion',
  label: 'Insertion',
  summary: 'How soon the score rises when the pixels that the map ranks highest are put into an empty image.',
  formula: '∫₀¹ p(baseline with the highest ranked share s of a) ds',
  source: 'Petsiuk, Das, Saenko: RISE, arXiv:1806.07421',
  family: 'faithfulness',
  needs: [],
  better: 'higher',
  unit: 'mean score',
  curve: { x: 'share of pixels put in', y: 'score' },
  parameters: exchangeParameters('blur'),
  cost: exchangeCost,
  run: exchangeCurves('insert'),
};
