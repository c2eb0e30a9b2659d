import type { ImageBatch, PixelImage } from '../image/pixels';
import { batchOf } from '../image/pixels';
import { countNonFinite, euclideanNorm } from '../method/numbers';
import type { Classifier, Objective } from '../model/classifier';
import type { ModelInput } from '../model/modelInfo';
import { directionalDerivative, excess } from './directionalDerivative';
import { probeObjectives } from './gradientChecks';
import { probePictures } from './probePictures';

const SEED = 4;
const OPTIONS = { steps: [1e-3, 1e-4, 3e-3, 3e-4, 3e-5, 1e-2], close: 0.01 };
/** A cross-entropy beyond this comes of a probability that underflows in differences. */
const LARGEST_GAP = 30;

/** Two pictures that mean nothing, one smooth, one of noise. */
export function quickPictures(input: Pick<ModelInput, 'height' | 'width' | 'channels'>): [PixelImage, PixelImage] {
  const [smooth, , noise] = probePictures(input, SEED);
  return [smooth, noise];
}

/** {@link quickPictures} in one batch, each with an objective of its own: the top logit, and the cross-entropy of the second class. */
export async function quickProbes(classifier: Classifier): Promise<{
  readonly pictures: readonly [PixelImage, PixelImage];
  readonly objectives: readonly Objective[];
  readonly images: ImageBatch;
}> {
  const pictures = quickPictures(classifier.info.input);
  const objectives: Objective[] = [];
  for (const [index, picture] of pictures.entries()) {
    const { logits } = await classifier.predict(batchOf(picture));
    objectives.push(objectiveFor(logits, index));
  }
  const [{ data: first, ...shape }, { data: second }] = pictures;
  const data = new Float32Array(2 * first.length);
  data.set(first);
  data.set(second, first.length);
  return { pictures, objectives, images: { ...shape, data, count: 2 } };
}

/**
 * By how much, relative, gradients differ from central differences of scores at worst: those of {@link quickProbes}, differentiated
 * in one batch, each along the whole gradient, its part at the border and its part on every other pixel (a padding or a stride that
 * is differentiated wrongly hides in the whole). Rounding is granted.
 * Infinite for gradients that are not finite; undefined where no gradient is large enough to be told from rounding.
 */
export async function worstDifference(classifier: Classifier): Promise<number | undefined> {
  const { pictures, objectives, images } = await quickProbes(classifier);
  const { gradient: both } = await classifier.gradient(images, objectives);
  if (countNonFinite(both) > 0) return Infinity;
  let worst: number | undefined;
  for (const [index, picture] of pictures.entries()) {
    const size = picture.data.length;
    const gradient = both.slice(index * size, (index + 1) * size);
    for (const isInPart of PARTS) {
      const direction = gradient.map((value, at) => (isInPart(placeOf(at, picture), picture) ? value : 0));
      if (euclideanNorm(direction) === 0) continue;
      const probed = { picture, objective: objectives[index]!, gradient };
      const derivative = await directionalDerivative(classifier, probed, direction, OPTIONS);
      if (derivative) worst = Math.max(worst ?? 0, excess(derivative));
    }
  }
  return worst;
}

function objectiveFor(logits: Float32Array, index: number): Objective {
  const [logit, crossEntropy] = probeObjectives(logits);
  if (index === 0 || crossEntropy.kind !== 'cross-entropy') return logit;
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return top - logits[crossEntropy.label]! < LARGEST_GAP ? crossEntropy : logit;
}

type Place = readonly [row: number, column: number];

const PARTS: readonly ((place: Place, picture: PixelImage) => boolean)[] = [
  () => true,
  ([row, column], { height, width }) => isAtEdge(row, height) || isAtEdge(column, width),
  ([row, column]) => (row + column) % 2 === 0,
];

function placeOf(index: number, { width, channels }: PixelImage): Place {
  const pixel = Math.floor(index / channels);
  return [Math.floor(pixel / width), pixel % width];
}

function isAtEdge(place: number, side: number): boolean {
  const band = Math.max(1, Math.floor(side / 8));
  return place < band || place >= side - band;
}
