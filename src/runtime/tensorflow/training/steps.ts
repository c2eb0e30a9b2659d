import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Preprocessing } from '../../../core/model/preprocessing';
import { predictedAt } from '../../../core/model/crossEntropy';
import type {
  Minibatch,
  StepResult,
  TrainableNetwork,
  WatchedBatch,
  WatchResult,
} from '../../../core/model/trainableNetwork';
import type { TrainableGraph } from './buildTrainable';
import { countCorrect, crossEntropySeeds, objectiveOf } from './objectives';

/** Activations and their gradients that may be held at once when watching and predicting. */
const CHUNK_BYTES = 384 * 1024 ** 2;

/** What a network does, on the backend that is current. */
export interface Steps {
  step(batch: Minibatch): StepResult;
  predict(pixels: Float32Array, count: number): Float32Array;
  watch(batch: WatchedBatch): WatchResult;
}

export function createSteps(
  graph: TrainableGraph,
  input: TrainableNetwork['input'],
  preprocessing: Preprocessing,
): Steps {
  const { classes } = graph;
  const { height, width, channels } = input;
  const size = height * width * channels;
  const tensorOf = (pixels: Float32Array, count: number): Tensor4D => {
    const data = preprocessing.toModel({ data: pixels.subarray(0, count * size), count, height, width, channels });
    const nchw = graph.shape.layout === 'nchw';
    return tf.tensor4d(data, nchw ? [count, channels, height, width] : [count, height, width, channels]);
  };

  const step: Steps['step'] = ({ pixels, labels, count, seed }) => {
    let result: StepResult = { loss: NaN, correct: 0 };
    const objective = objectiveOf((logits) => {
      const seeds = new Float32Array(logits.length);
      const loss = crossEntropySeeds(logits, classes, labels, 1 / count, { first: 0, count }, seeds);
      result = { loss, correct: countCorrect(logits, classes, labels, count) };
      return { value: loss, seeds };
    });
    graph.upload();
    tf.tidy(() => {
      const batch = tensorOf(pixels, count);
      const variables = graph.trained.map(({ variable }) => variable);
      const { grads } = graph.phase.training(seed, () =>
        tf.engine().gradients(() => objective(graph.forward(batch)), variables, undefined, true),
      );
      graph.trained.forEach(({ weight }, index) => {
        const gradient = grads[index] as Tensor | null;
        if (gradient === null) weight.gradient.fill(0);
        else weight.gradient.set(gradient.dataSync());
      });
    });
    return result;
  };

  const predict: Steps['predict'] = (pixels, count) => {
    graph.upload();
    const logits = new Float32Array(count * classes);
    for (const [first, rows] of chunksOf(count, graph.activationBytes)) {
      const part = tf.tidy(() => graph.forward(tensorOf(pixels.subarray(first * size), rows)).dataSync());
      logits.set(part, first * classes);
    }
    return logits;
  };

  /** Each picture goes in twice, once for each gradient, so that one pass back gives both. */
  const watch: Steps['watch'] = ({ pixels, labels, count, scoreOf }) => {
    graph.upload();
    const logits = new Float32Array(count * classes);
    const scoreGradient = new Float32Array(count * size);
    const lossGradient = new Float32Array(count * size);
    for (const [first, rows] of chunksOf(count, graph.activationBytes * 4)) {
      const own = labels.subarray(first, first + rows);
      const objective = objectiveOf((raw) => {
        logits.set(raw.subarray(0, rows * classes), first * classes);
        const seeds = new Float32Array(raw.length);
        for (let row = 0; row < rows; row++)
          seeds[row * classes + (scoreOf === 'label' ? own[row]! : predictedAt(raw, row * classes, classes))] = 1;
        const value = crossEntropySeeds(raw, classes, own, 1, { first: rows, count: rows }, seeds);
        return { value, seeds };
      });
      const gradient = tf.tidy(() => {
        const batch = tensorOf(pixels.subarray(first * size), rows);
        const twice = tf.concat([batch, batch], 0);
        return tf
          .grad((x: Tensor) => objective(graph.forward(x as Tensor4D)))(twice)
          .dataSync() as Float32Array;
      });
      preprocessing.toPixels(gradient, rows, scoreGradient, first * size);
      preprocessing.toPixels(gradient.subarray(gradient.length / 2), rows, lossGradient, first * size);
    }
    return { logits, scoreGradient, lossGradient };
  };

  return { step, predict, watch };
}

function* chunksOf(count: number, bytes: number): Generator<readonly [first: number, rows: number]> {
  const most = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, bytes)));
  for (let first = 0; first < count; first += most) yield [first, Math.min(most, count - first)];
}
