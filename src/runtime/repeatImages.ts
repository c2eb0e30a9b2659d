import type { ImageBatch } from '../core/image/pixels';
import type { Classifier, Scores } from '../core/model/classifier';
import { checkObjectives, objectivesEach } from '../core/model/objectives';
import { joinFloats } from './batches';

/** A classifier that takes several objectives of an image, of one that takes one: for each of them the image once more. */
export function repeatImages(classifier: Classifier): Classifier {
  return {
    ...classifier,
    gradient: async (images, objectives, options) => {
      const each = objectivesEach(objectives, images.count);
      if (each <= 1) return classifier.gradient(images, objectives, options);
      checkObjectives(objectives, images.count, classifier.info.output.classes);
      const { scores, ...rest } = await classifier.gradient(repeated(images, each), objectives, options);
      return { ...rest, scores: everyNth(scores, each) };
    },
  };
}

function repeated(images: ImageBatch, times: number): ImageBatch {
  const { data, count } = images;
  const size = data.length / count;
  const rows = Array.from({ length: count * times }, (_, row) => {
    const image = Math.floor(row / times);
    return data.subarray(image * size, (image + 1) * size);
  });
  return { ...images, count: count * times, data: joinFloats(rows) };
}

function everyNth({ logits, probabilities, count, classes }: Scores, nth: number): Scores {
  const rows = (data: Float32Array): Float32Array =>
    joinFloats(
      Array.from({ length: count / nth }, (_, row) => data.subarray(row * nth * classes, (row * nth + 1) * classes)),
    );
  return { logits: rows(logits), probabilities: rows(probabilities), count: count / nth, classes };
}
