import type { ImageBatch } from '../../core/image/pixels';
import type { Gradients, LayerGradient, Objective, Scores } from '../../core/model/classifier';
import { objectivesEach } from '../../core/model/objectives';
import { imagesOf, joinFloats, joinScores } from '../batches';

/** How much a network takes at once. */
export interface RunSizes {
  /** Pictures, where each has one objective. */
  readonly together: number;
  /** Pictures, where one is looked at by itself. */
  readonly alone: number;
  /** Objectives of the same pictures. */
  readonly rows: number;
}

/** One run of a network that differentiates. */
export interface GradientRun {
  readonly images: ImageBatch;
  /** Pictures that the network takes at once; the first one stands for those that are missing. */
  readonly size: number;
  /** Objectives of the pictures, row by row: one for all, or one for each. Those from `wanted` on only fill up. */
  readonly rows: readonly (readonly Objective[])[];
  readonly wanted: number;
  /** No run before looked at these pictures. */
  readonly isFirst: boolean;
}

/**
 * The runs that answer for all images: together where each has one objective, else each by itself with even groups of its objectives,
 * so that few networks are ever made ready.
 */
export function* gradientRuns(
  images: ImageBatch,
  objectives: readonly Objective[],
  { together: size, alone, rows: most }: RunSizes,
): Generator<GradientRun> {
  const each = objectivesEach(objectives, images.count);
  if (each === 1) {
    for (let start = 0; start < images.count; start += size) {
      const own = objectives.length === 1 ? objectives : objectives.slice(start, start + size);
      yield { images: imagesOf(images, start, size), size, rows: [own], wanted: 1, isFirst: true };
    }
    return;
  }
  const group = Math.ceil(each / Math.ceil(each / most));
  for (let image = 0; image < images.count; image++)
    for (let start = 0; start < each; start += group) {
      const wanted = Math.min(group, each - start);
      const rows = Array.from({ length: group }, (_, row) => [
        objectives[image * each + start + Math.min(row, wanted - 1)]!,
      ]);
      yield { images: imagesOf(images, image, 1), size: alone, rows, wanted, isFirst: start === 0 };
    }
}

/** What a run came to; gradients and layers are those of the rows that were wanted, of the images alone. */
export interface GradientPart {
  readonly isFirst: boolean;
  readonly scores: Scores;
  readonly values: Float32Array;
  readonly gradients: readonly Float32Array[];
  readonly layers?: readonly (readonly LayerGradient[])[];
}

/** The parts in the order of their runs as one. */
export function joinGradients(parts: readonly GradientPart[], classes: number): Gradients {
  const first = parts.filter(({ isFirst }) => isFirst);
  const rows = parts.flatMap(({ layers = [] }) => layers);
  const layers = rows[0]?.map((layer, index) => ({
    ...layer,
    values: joinFloats(first.map((part) => part.layers![0]![index]!.values)),
    gradient: joinFloats(rows.map((row) => row[index]!.gradient)),
  }));
  return {
    scores: joinScores(
      first.map(({ scores }) => scores),
      classes,
    ),
    values: joinFloats(parts.map(({ values }) => values)),
    gradient: joinFloats(parts.flatMap(({ gradients }) => gradients)),
    ...(layers && { layers }),
  };
}
