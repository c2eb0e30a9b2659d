import type { ImageBatch } from '../../core/image/pixels';
import { checkImages } from '../../core/model/checkImages';
import type { Classifier, Gradients, LayerGradient, Objective, Scores } from '../../core/model/classifier';
import { layersUnavailable } from '../../core/model/layers';
import { variantUnavailable } from '../../core/model/variants';
import type { ModelInfo } from '../../core/model/modelInfo';
import { checkObjectives, objectiveSeeds, scoresOf, type ScoreRule } from '../../core/model/objectives';
import { imagesOf, joinScores, nextTurn } from '../batches';
import { withOwnProbabilities } from '../ownProbabilities';
import { explainDerivative, explainRun } from './failures';
import { firstOf, joinLayers } from './joinLayers';
import type { LayerSessions } from './layerSessions';
import type { Sessions } from './sessions';
import type { Variants } from './variants';

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

    async gradient(images, objectives, { at } = {}): Promise<Gradients> {
      check(images);
      checkObjectives(objectives, images.count, info.output.classes);
      if (at !== undefined && model.layers === undefined) throw layersUnavailable(info.engine);
      const size = sessions.chunkSize(at === undefined ? 'gradient' : 'layers', images.count);
      const perImage = images.data.length / images.count;
      let gradient: Float32Array | undefined;
      const values = new Float32Array(images.count);
      const parts: Scores[] = [];
      const inner: (readonly LayerGradient[])[] = [];
      for (let start = 0; start < images.count; start += size) {
        if (start > 0) await nextTurn();
        const chunk = imagesOf(images, start, size);
        const chosen = objectivesOf(objectives, start, chunk.count);
        try {
          const pixels = filled(chunk, size);
          const result: Awaited<ReturnType<Sessions['gradient']>> & { readonly layers?: readonly LayerGradient[] } =
            at === undefined
              ? await sessions.gradient(pixels, chosen, size, rule)
              : await model.layers!.gradient(pixels, chosen, rule, at);
          if (result.layers) inner.push(result.layers.map((layer) => firstOf(layer, chunk.count, size)));
          const forward = sessions.isRounded ? await sessions.scores(pixels, size) : result;
          const outcome = objectiveSeeds(
            forward.raw.subarray(0, chunk.count * rule.outputs),
            chunk.count,
            rule,
            chosen,
          );
          parts.push(withOwnProbabilities(outcome.scores, forward, rule));
          values.set(outcome.values, start);
          if (size === images.count) gradient = result.gradient;
          else {
            gradient ??= new Float32Array(images.data.length);
            gradient.set(result.gradient.subarray(0, chunk.count * perImage), start * perImage);
          }
        } catch (error) {
          throw explainDerivative(error);
        }
      }
      const scores = joinScores(parts, info.output.classes);
      return { scores, values, gradient: gradient!, ...(at !== undefined && { layers: joinLayers(inner) }) };
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

function objectivesOf(objectives: readonly Objective[], start: number, count: number): readonly Objective[] {
  return objectives.length === 1 ? objectives : objectives.slice(start, start + count);
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
