import type { AttackGoal, AttackOutcome } from '../../../src/core/attack/method';
import { findAttackMethod } from '../../../src/core/attack/registry';
import type { PixelImage } from '../../../src/core/image/pixels';
import { resolveParameters } from '../../../src/core/method/parameters';
import type { Classifier } from '../../../src/core/model/classifier';
import { createRandom } from '../../../src/core/random';
import { imageOf, linearNet, type Net } from '../nets';

export const away = (label: number): AttackGoal => ({ direction: 'away', label });
export const towards = (label: number): AttackGoal => ({ direction: 'towards', label });

export interface Subject {
  readonly image: PixelImage;
  readonly goal: AttackGoal;
  readonly seed?: number;
}

/** Runs an attack on a set of images; the seed of each is 0 unless it has one. */
export function runSet(
  id: string,
  classifier: Classifier,
  subjects: readonly Subject[],
  given: Readonly<Record<string, unknown>> = {},
): Promise<readonly AttackOutcome[]> {
  const attack = findAttackMethod(id);
  return attack.run(
    classifier,
    subjects.map((subject) => ({ seed: 0, ...subject })),
    resolveParameters(attack.parameters, given),
    {},
  );
}

export async function runOne(
  id: string,
  classifier: Classifier,
  subject: Subject,
  given: Readonly<Record<string, unknown>> = {},
): Promise<AttackOutcome> {
  return (await runSet(id, classifier, [subject], given))[0]!;
}

/** The classifier, and how many images, and how many gradients of them, it was asked for in each call. */
export function watched(classifier: Classifier): Classifier & {
  readonly predicted: readonly number[];
  readonly differentiated: readonly number[];
} {
  const predicted: number[] = [];
  const differentiated: number[] = [];
  return {
    ...classifier,
    predicted,
    differentiated,
    predict: (images) => {
      predicted.push(images.count);
      return classifier.predict(images);
    },
    gradient: (images, objectives, options) => {
      differentiated.push(Math.max(images.count, objectives.length));
      return classifier.gradient(images, objectives, options);
    },
  };
}

/** Height and width of the family's images. */
export const FAMILY_SHAPES = [
  [1, 8],
  [4, 6],
  [35, 7],
] as const;

/**
 * adv-lib's family with a closed form: z = mean(x) − ½, logits (−z, z, −1, −2), images about ¾. The least change to class 0 is
 * |z|/‖w‖ in the dual norm, w = 1/d: |z|√d in L2, |z| in L∞.
 */
export function family(height: number, width: number): Net {
  const d = height * width;
  const w = new Array<number>(d).fill(1 / d);
  const none = new Array<number>(d).fill(0);
  const shape = { height, width, channels: 1 } as const;
  return linearNet([w.map((value) => -value), w, none, none], [0.5, -0.5, -1, -2], shape);
}

/** Images of the family, with the least changes to another class. */
export function familyImages(height: number, width: number, count: number) {
  const random = createRandom(10 * height + count);
  return Array.from({ length: count }, () => {
    const image = imageOf(
      Array.from({ length: height * width }, () => 0.75 + 0.03 * (2 * random() - 1)),
      height,
      width,
    );
    const z = image.data.reduce((sum, pixel) => sum + pixel, 0) / image.data.length - 0.5;
    return { image, goal: away(1), least: { linf: z, l2: z * Math.sqrt(image.data.length) } };
  });
}
