import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../src/core/model/classifier';
import type { ImageBatch } from '../../src/core/image/pixels';
import { fallbackCases, inLastOrder, writeFallbackCase, type FallbackCase } from './fallbackSupport';
import { hasEngine, largest, largestDifference, load, makeFolder, randomNumbers, removeFolders } from './support';

const engines = (await hasEngine('tensorflow'))
  ? (['onnx', 'wasm', 'cpu', 'tensorflow'] as const)
  : (['onnx', 'wasm', 'cpu'] as const);
const cases = fallbackCases();
const root = await makeFolder();

afterAll(removeFolders);

/** Layers and options that TensorFlow.js's engines do not load, by what they say. */
const NOT_LOADED: readonly (readonly [RegExp, RegExp])[] = [
  [/hard_sigmoid|^LSTM with relu$/, /uses Keras 3's hard_sigmoid/],
  [/exponential$/, /Unknown activation: exponential\./],
  [/^ReLU.*(threshold|negative_slope 0\.2, max)/, /is a ReLU with both a slope or threshold and a maximum/],
  [/^ELU of 0\.4$/, /Non-default alpha value/],
  [/^Conv2D in groups$/, /grouped convolution/],
  [/^(SeparableConv1D|Conv1DTranspose|UpSampling1D|GroupNormalization|UnitNormalization)/, /which is not known here/],
  [/^UpSampling2D bicubic$/, /bicubic is not a valid/],
  [/^Resizing bicubic$/, /Invalid interpolation parameter: bicubic/],
  [/^Resizing, ratio/, /keeps the ratio of the sides/],
  [/^CenterCrop of more/, /enlarges its input/],
  [/^GRU$/, /does not support reset_after/],
  [/^(Stacked RNN|TimeDistributed)/, /weights of .* are missing/],
];

/** What one engine says of operations that it lacks, or whose derivative it lacks. */
const LACKING: readonly (readonly [RegExp, RegExp, RegExp])[] = [
  [/^Conv3D (same|valid)/, /wasm/, /lacks Conv3DBackpropInputV2, which the gradient/],
  [/^Conv3DTranspose/, /wasm/, /lacks the operation Conv3DBackpropInputV2/],
  [/^Conv3DTranspose/, /cpu|tensorflow/, /Conv3DBackpropInputV2 cannot be differentiated/],
  [/^Conv3D dilated$/, /wasm|cpu/, /dilation rates greater than 1/],
  [/^Conv3D dilated$/, /tensorflow/, /Dilation depth must be 1/],
  [/^MaxPooling3D/, /wasm/, /lacks the operation MaxPool3D/],
  [/^Masking/, /wasm|cpu|tensorflow/, /Any cannot be differentiated/],
];

describe.each(engines)('layers of Keras on %s', (engine) => {
  it.each(cases.map((each, index) => [each.name, each, index] as const))('%s', async (name, each, index) => {
    const folder = await writeFallbackCase(each, path.join(root, `${engine}-${index}`));
    const refusal = refusalOf(name, engine);
    let classifier: Classifier;
    try {
      classifier = await load(folder, engine);
    } catch (error) {
      expectRefusal(error, refusal, engine);
      return;
    }
    try {
      const images = pictures(classifier, each);
      const { logits } = await classifier.predict(images);
      expect(largestDifference(logits, each.scores)).toBeLessThan(1e-4 * largest(each.scores));
      const { gradient } = await classifier.gradient(images, [{ kind: 'logit', classIndex: 1 }]);
      const expected = inLastOrder(each, each.gradient, classifier.info.input);
      expect(largestDifference(gradient, expected)).toBeLessThan(1e-4 * largest(expected));
      if (engine !== 'onnx') expect(refusal).toBeUndefined();
    } catch (error) {
      if (refusal === undefined || (error as { code?: string }).code !== 'gradient-unavailable') throw error;
      expectRefusal(error, refusal, engine);
    } finally {
      await classifier.dispose();
    }
  });
});

function refusalOf(name: string, engine: string): RegExp | undefined {
  const lacking = LACKING.find(([which, engines]) => which.test(name) && engines.test(engine));
  return lacking?.[2] ?? NOT_LOADED.find(([which]) => which.test(name))?.[1];
}

/** Our own graph names the layer that it does not know; what it knows is the business of its own tests. */
function expectRefusal(error: unknown, refusal: RegExp | undefined, engine: string): void {
  const { message, cause } = error as Error;
  // Of TensorFlow.js's own words people are spared; they are the cause.
  const why = cause instanceof Error ? cause.message : message;
  if (engine === 'onnx') expect(message).toMatch(/^The model cannot be read: The layer /);
  else if (refusal === undefined) throw error;
  else expect(why).toMatch(refusal);
}

function pictures({ info }: Classifier, each: FallbackCase): ImageBatch {
  const data = inLastOrder(each, randomNumbers(each.gradient.length, 7), info.input);
  return { data, count: 2, height: info.input.height, width: info.input.width, channels: info.input.channels };
}
