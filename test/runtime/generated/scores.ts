import type { Meaning } from './heads';

export const MEANINGS: readonly Meaning[] = [
  'logits',
  'probabilities',
  'log-probabilities',
  'independent',
  'independent-logits',
  'positive-probability',
  'positive-logit',
  'percent',
];

/** Probabilities of the classes from the numbers of one picture, in double precision: what the model itself says. */
export function probabilitiesOf(raw: ArrayLike<number>, meaning: Meaning): Float64Array {
  const values = Float64Array.from(raw);
  switch (meaning) {
    case 'logits': {
      const top = Math.max(...values);
      const powers = values.map((z) => Math.exp(z - top));
      const sum = powers.reduce((total, each) => total + each, 0);
      return powers.map((each) => each / sum);
    }
    case 'log-probabilities':
      return values.map(Math.exp);
    case 'positive-probability':
      return Float64Array.of(1 - values[0]!, values[0]!);
    case 'positive-logit':
      return Float64Array.of(1 / (1 + Math.exp(values[0]!)), 1 / (1 + Math.exp(-values[0]!)));
    case 'independent-logits':
      return values.map((z) => 1 / (1 + Math.exp(-z)));
    case 'percent':
      return values.map((each) => each / 100);
    case 'probabilities':
    case 'independent':
      return values;
  }
}
