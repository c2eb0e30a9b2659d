import { countOf } from '../countOf';
import type { PixelImage } from '../image/pixels';
import { batchOf } from '../image/pixels';
import { countNonFinite, isAllZero } from '../method/numbers';
import type { Classifier, Objective } from '../model/classifier';
import type { CheckItem } from '../result/modelCheck';
import { checkItem, short } from './checkItem';
import { largestMagnitude } from './compare';

/** A gradient of one picture. */
export interface ProbedGradient {
  readonly picture: PixelImage;
  readonly objective: Objective;
  readonly gradient: Float32Array;
}

/**
 * The objectives that a picture is probed with: the logit of its top class, and the cross-entropy of the class after it (that of
 * a sure prediction has no gradient to speak of).
 */
export function probeObjectives(logits: Float32Array): readonly [Objective, Objective] {
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!);
  const [top = 0, next = top] = order;
  return [
    { kind: 'logit', classIndex: top },
    { kind: 'cross-entropy', label: next },
  ];
}

/** The gradients of every picture for its {@link probeObjectives}. Throws what `gradient` throws. */
export async function probeGradients(
  classifier: Classifier,
  pictures: readonly PixelImage[],
  rows: readonly Float32Array[],
): Promise<readonly ProbedGradient[]> {
  const probed: ProbedGradient[] = [];
  for (const [index, picture] of pictures.entries())
    for (const objective of probeObjectives(rows[index]!)) {
      const { gradient } = await classifier.gradient(batchOf(picture), [objective]);
      probed.push({ picture, objective, gradient });
    }
  return probed;
}

/** Are the gradients finite, and not zero everywhere? */
export function checkGradient(probed: readonly ProbedGradient[]): CheckItem {
  const nonFinite = probed.reduce((sum, { gradient }) => sum + countNonFinite(gradient), 0);
  const elements = probed.reduce((sum, { gradient }) => sum + gradient.length, 0);
  const zero = probed.filter(({ gradient }) => isAllZero(gradient));
  const largest = (kind: Objective['kind']) =>
    Math.max(
      ...probed.flatMap(({ objective, gradient }) => (objective.kind === kind ? [largestMagnitude(gradient)] : [])),
    );
  const numbers = {
    gradients: probed.length,
    nonFinite,
    zero: zero.length,
    largestOfLogit: largest('logit'),
    largestOfCrossEntropy: largest('cross-entropy'),
  };
  if (nonFinite > 0)
    return checkItem(
      'gradient',
      'failed',
      `${nonFinite.toLocaleString('en-US')} of ${countOf(elements, 'number')} in the gradients are not finite: attributions and attacks would be wrong there.`,
      numbers,
    );
  if (zero.length > 0) {
    const every = zero.length === probed.length;
    const which = every ? 'Every gradient is' : `${zero.length} of ${countOf(probed.length, 'gradient')} are`;
    return checkItem(
      'gradient',
      every ? 'failed' : 'warning',
      `${which} zero everywhere: ${every ? 'the scores do not change with the picture, or only in steps' : 'there the network is saturated or dead'}.`,
      numbers,
    );
  }
  const text = `The gradients are finite and not zero (at most ${short(numbers.largestOfLogit)} for the logit, ${short(numbers.largestOfCrossEntropy)} for the cross-entropy, per unit of a pixel).`;
  return checkItem('gradient', 'passed', text, numbers);
}
