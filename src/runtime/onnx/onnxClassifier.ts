import type { ImageBatch } from '../../core/image/pixels';
import { checkImages } from '../../core/model/checkImages';
import type { Classifier, LayerGradient, LayerId, Scores } from '../../core/model/classifier';
import { layersUnavailable } from '../../core/model/layers';
import { variantUnavailable } from '../../core/model/variants';
import type { ModelInfo } from '../../core/model/modelInfo';
import { checkObjectives, objectiveSeeds, scoresOf, type ScoreRule } from '../../core/model/objectives';
import { imagesOf, joinScores, nextTurn } from '../batches';
import { withOwnProbabilities } from '../ownProbabilities';
import { explainDerivative, explainRun } from './failures';
import { type GradientPart, type GradientRun, gradientRuns, joinGradients } from './gradientRuns';
import type { LayerSessions } from './layerSessions';
import type { Sessions } from './sessions';
import type { Variants } from './variants';

/** What a run of a network that differentiates puts out, row by row. */
type Derived = Awaited<ReturnType<Sessions['gradient']>> & Partial<Awaited<ReturnType<LayerSessions['gradient']>>>;

export interface OnnxModel {
  readonly info: ModelInfo;
  readonly sessions: Sessions;
  readonly rule: ScoreRule;
  /** Absent: the model's file runs as it is. */
  readonly layers?: LayerSessions;
  /** Absent: the model's file runs as it is. */
  readonly variants?: Variants;
}

/**
 * A classifier that ONNX Runtime runs: the derivative is a graph of its own, made once for each batch size. Large batches run in
 * chunks of bounded memory, the last one filled up, so that few sizes are ever made ready.
 */
export function createOnnxClassifier(model: OnnxModel): Classifier {
  const { info, rule, sessions } = model;
  let disposed = false;

  const check = (images: ImageBatch): void => {
    if (disposed) throw new Error('The classifier was disposed.');
    checkImages(images, info.input);
  };

  const partOf = async (run: GradientRun, at: readonly LayerId[] | undefined): Promise<GradientPart> => {
    const { images, size, rows, wanted, isFirst } = run;
    const pixels = filled(images, size);
    const result: Derived =
      at === undefined
        ? await sessions.gradient(pixels, rows, size, rule)
        : await model.layers!.gradient(pixels, rows, rule, at);
    const forward = sessions.isRounded ? await sessions.scores(pixels, size) : result;
    const raw = forward.raw.subarray(0, images.count * rule.outputs);
    const { scores, values } = objectiveSeeds(raw, images.count, rule, rows.slice(0, wanted).flat());
    return {
      isFirst,
      scores: withOwnProbabilities(scores, forward, rule),
      values,
      gradients: result.gradients.slice(0, wanted).map((each) => firstOf(each, images.count, size)),
      ...(result.layers && {
        layers: result.layers.slice(0, wanted).map((row) => row.map((layer) => layerOf(layer, images.count, size))),
      }),
    };
  };

  return {
    info,

    async predict(images) {
      check(images);
      const size = sessions.chunkSize('scores', images.count);
      const parts: Scores[] = [];
      for (let start = 0; start < images.count; start += size) {
        if (start > 0) await nextTurn();
        const chunk = imagesOf(images, start, size);
        try {
          const result = await sessions.scores(filled(chunk, size), size);
          const scores = scoresOf(result.raw.subarray(0, chunk.count * rule.outputs), chunk.count, rule);
          parts.push(withOwnProbabilities(scores, result, rule));
        } catch (error) {
          throw explainRun(error, info.format);
        }
      }
      return joinScores(parts, info.output.classes);
    },

    async gradient(images, objectives, { at } = {}) {
      check(images);
      checkObjectives(objectives, images.count, info.output.classes);
      if (at !== undefined && model.layers === undefined) throw layersUnavailable(info.engine);
      const sizes = {
        together: sessions.chunkSize(at === undefined ? 'gradient' : 'layers', images.count),
        alone: sessions.chunkSize('layers', 1),
        rows: sessions.mostRows,
      };
      const parts: GradientPart[] = [];
      for (const run of gradientRuns(images, objectives, sizes)) {
        if (parts.length > 0) await nextTurn();
        try {
          parts.push(await partOf(run, at));
        } catch (error) {
          throw explainDerivative(error);
        }
      }
      return joinGradients(parts, info.output.classes);
    },

    async variant(change) {
      if (disposed) throw new Error('The classifier was disposed.');
      if (model.variants === undefined) throw variantUnavailable(info.engine, change);
      return model.variants.of(change);
    },

    async dispose() {
      if (disposed) return;
      disposed = true;
      await sessions.dispose();
      await model.layers?.dispose();
      await model.variants?.dispose();
    },
  };
}

/** What belongs to the first `count` of `size` pictures. */
function firstOf(data: Float32Array, count: number, size: number): Float32Array {
  return count === size ? data : data.slice(0, (data.length / size) * count);
}

function layerOf(layer: LayerGradient, count: number, size: number): LayerGradient {
  const { values, gradient } = layer;
  return { ...layer, values: firstOf(values, count, size), gradient: firstOf(gradient, count, size) };
}

/** The pixels of `size` images: the first one stands for those that are missing. */
function filled({ data, count }: ImageBatch, size: number): Float32Array {
  if (count === size) return data;
  const perImage = data.length / count;
  const full = new Float32Array(perImage * size);
  full.set(data);
  for (let image = count; image < size; image++) full.copyWithin(image * perImage, 0, perImage);
  return full;
}
