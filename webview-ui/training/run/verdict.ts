import type { WatchedImage } from '../../../src/training/run/record';
import type { FrameImage } from '../../../src/training/frames/frames';
import { formatNumber, formatPercent } from '../../format';

/** What the network says of a watched image at one step. */
export interface WatchedVerdict {
  readonly kind: 'right' | 'wrong' | 'unknown';
  readonly predicted: string;
  readonly probability: string;
  readonly loss: string;
  /** Right or wrong, in words. */
  readonly judgement: string;
}

export function verdictOf(image: FrameImage, watched: WatchedImage, classes: readonly string[]): WatchedVerdict {
  const nameOf = (index: number): string => classes[index] ?? `class ${index}`;
  const predicted = nameOf(image.predicted);
  const probability = formatPercent(image.probability);
  const loss = formatNumber(image.loss);
  // A label that was taken from a prediction says nothing of right and wrong.
  const kind = watched.labelSource === 'prediction' ? 'unknown' : image.predicted === watched.label ? 'right' : 'wrong';
  const judgement = {
    right: 'right',
    wrong: `wrong: it is ${nameOf(watched.label)}`,
    unknown: 'true label not known',
  }[kind];
  return {
    kind,
    predicted,
    probability,
    loss,
    judgement,
  };
}
