import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageBatch } from '../../core/image/pixels';
import type { Classifier, Gradients, Objective, Scores } from '../../core/model/classifier';
import { checkImages } from '../../core/model/checkImages';
import { layersUnavailable } from '../../core/model/layers';
import { variantUnavailable } from '../../core/model/variants';
import type { ModelInfo } from '../../core/model/modelInfo';
import type { ScoreRule } from '../../core/model/objectives';
import { checkObjectives, objectiveSeeds, scoresOf } from '../../core/model/objectives';
import type { Layout, Preprocessing } from '../../core/model/preprocessing';
import { createPreprocessing } from '../../core/model/preprocessing';
import type { TensorFlowEngine } from './options';
import { createFilterCache } from './kernels/filterCache';
import { explainForward, explainGradient } from './failures';
import { imagesOf, joinScores, nextTurn } from '../batches';
import { withOwnProbabilities } from '../ownProbabilities';
import { onEngine } from './lane';
import type { Network } from './network';
import { releaseTape } from './tape';

/** Activations and their gradients that may be held at once. */
const CHUNK_BYTES = 384 * 1024 ** 2;
const LARGEST_CHUNK = 64;

export interface TensorFlowModel {
  readonly info: ModelInfo & { readonly engine: TensorFlowEngine };
  readonly network: Network;
  readonly rule: ScoreRule;
  readonly layout: Layout;
  /** All activations of one image. */
  readonly activationBytes: number;
}

/** A classifier that runs on TensorFlow.js, one call at a time, large batches in chunks of bounded memory. */
export function createTensorFlowClassifier(model: TensorFlowModel): Classifier {
  const { info, network, rule } = model;
  const preprocessing = createPreprocessing(info.input, model.layout);
  const forward = (batch: Tensor4D): Tensor => network.forward(batch);
  const filters = createFilterCache();
  let disposed = false;

  const checkUsable = (images: ImageBatch): void => {
    if (disposed) throw new Error('The classifier was disposed.');
    checkImages(images, info.input);
  };

  return {
    info,

    async predict(images) {
      checkUsable(images);
      const parts: Scores[] = [];
      for (const chunk of chunksOf(images, chunkSize(model.activationBytes))) {
        if (parts.length > 0) await nextTurn();
        parts.push(
          await onEngine(info.engine, () => {
            try {
              const batch = (): Tensor4D => modelBatch(chunk, model, preprocessing);
              const raw = tf.tidy(() => forward(batch()).dataSync()) as Float32Array;
              return withOwnProbabilities(scoresOf(raw, chunk.count, rule), { raw }, rule);
            } catch (error) {
              throw explainForward(error);
            }
          }),
        );
      }
      return joinScores(parts, info.output.classes);
    },

    async gradient(images, objectives, options) {
      checkUsable(images);
      if (options?.at !== undefined) throw layersUnavailable(info.engine);
      checkObjectives(objectives, images.count, info.output.classes);
      const gradient = new Float32Array(images.data.length);
      const values = new Float32Array(images.count);
      const parts: Scores[] = [];
      let start = 0;
      for (const chunk of chunksOf(images, chunkSize(model.activationBytes * 3))) {
        if (start > 0) await nextTurn();
        const own = objectives.length === 1 ? objectives : objectives.slice(start, start + chunk.count);
        const part = await onEngine(info.engine, () => filters.use(() => differentiate(chunk, own)));
        parts.push(part.scores);
        values.set(part.values, start);
        preprocessing.toPixels(part.gradient, chunk.count, gradient, start * (images.data.length / images.count));
        start += chunk.count;
      }
      return { scores: joinScores(parts, info.output.classes), values, gradient };
    },

    variant: async (change) => {
      throw variantUnavailable(info.engine, change);
    },

    async dispose() {
      if (disposed) return;
      disposed = true;
      await onEngine(info.engine, () => {
        filters.dispose();
        network.dispose();
      });
    },
  };

  /** The gradient with respect to the model's own input, in its layout. */
  function differentiate(chunk: ImageBatch, objectives: readonly Objective[]): Gradients {
    let outcome: ReturnType<typeof objectiveSeeds> | undefined;
    const objective = tf.customGrad((raw: Tensor | tf.GradSaveFunc) => {
      const [, outputs = 0] = (raw as Tensor).shape;
      const values = (raw as Tensor).dataSync() as Float32Array;
      const result = objectiveSeeds(values, chunk.count, rule, objectives);
      outcome = { ...result, scores: withOwnProbabilities(result.scores, { raw: values }, rule) };
      return {
        value: tf.tensor1d(result.values),
        gradFunc: () => tf.tensor2d(result.seeds, [chunk.count, outputs]),
      };
    });
    try {
      const gradient = tf.tidy(() => {
        const batch = modelBatch(chunk, model, preprocessing);
        return tf
          .grad((x: Tensor) => objective(forward(x as Tensor4D)))(batch)
          .dataSync() as Float32Array;
      });
      const { scores, values } = outcome!;
      return { scores, values, gradient };
    } catch (error) {
      throw explainGradient(error);
    } finally {
      releaseTape();
    }
  }
}

/** The chunk as the model's input tensor. */
function modelBatch(
  chunk: ImageBatch,
  { info, layout }: Pick<TensorFlowModel, 'info' | 'layout'>,
  preprocessing: Preprocessing,
): Tensor4D {
  const { height, width, channels } = info.input;
  const data = preprocessing.toModel(chunk);
  return tf.tensor4d(
    data,
    layout === 'nchw' ? [chunk.count, channels, height, width] : [chunk.count, height, width, channels],
  );
}

function chunkSize(bytesPerImage: number): number {
  return Math.max(1, Math.min(LARGEST_CHUNK, Math.floor(CHUNK_BYTES / Math.max(1, bytesPerImage))));
}

function* chunksOf(images: ImageBatch, size: number): Generator<ImageBatch> {
  for (let start = 0; start < images.count; start += size) yield imagesOf(images, start, size);
}
