import { afterAll, describe, expect, it } from 'vitest';
import { createOnnxNetwork } from '../../../../src/runtime/onnx/training/onnxNetwork';
import type {
  LayersModel,
  NamedWeight,
  TrainableNetwork,
  WatchResult,
} from '../../../../src/core/model/trainableNetwork';
import { largest, largestDifference, load, randomNumbers, removeFolders } from '../../../runtime/support';
import { minibatch, saveLayersModel, tinyNet } from './support';

afterAll(removeFolders);

type Layer = readonly [className: string, config: object];

/** A sequence of layers as TensorFlow.js writes it, with random weights of these shapes. */
function sequence(
  input: readonly number[],
  layers: readonly Layer[],
  shapes: Readonly<Record<string, readonly number[]>>,
): LayersModel {
  const configured = layers.map(([class_name, config], index) => ({
    class_name,
    config: { name: `l${index}`, ...(index === 0 && { batch_input_shape: [null, ...input] }), ...config },
  }));
  const weights = Object.entries(shapes).map(([name, shape], index): NamedWeight => {
    const count = shape.reduce((product, size) => product * size, 1);
    const draws = randomNumbers(count, index + 5);
    const positive = /variance|gamma/.test(name);
    return { name, shape, data: draws.map((value) => (positive ? 0.5 + value : 1.2 * (value - 0.5))) };
  });
  return { topology: { class_name: 'Sequential', config: { name: 'net', layers: configured } }, weights };
}

/** Largest difference between gradients and central differences of the loss, relative to the weight's largest gradient. */
async function errorOfGradients(
  network: TrainableNetwork,
  size: number,
  classes: number,
): Promise<Map<string, number>> {
  const batch = minibatch(size, 3, classes);
  const loss = async (): Promise<number> => {
    const kept = network.weights.map(({ values }) => values.slice());
    const result = await network.step(batch);
    // Moving statistics go on with every step.
    network.weights.forEach(({ values }, index) => values.set(kept[index]!));
    return result.loss;
  };
  await loss();
  const trained = network.weights.filter(({ trainable }) => trainable);
  const gradients = trained.map(({ gradient }) => gradient.slice());
  const errors = new Map<string, number>();
  for (const [index, { name, values }] of trained.entries()) {
    const gradient = gradients[index]!;
    let worst = 0;
    const stride = Math.max(1, Math.floor(values.length / 12));
    for (let at = 0; at < values.length; at += stride) {
      const original = values[at]!;
      const [up, down] = [Math.fround(original + 5e-3), Math.fround(original - 5e-3)];
      values[at] = up;
      const above = await loss();
      values[at] = down;
      const below = await loss();
      values[at] = original;
      worst = Math.max(worst, Math.abs((above - below) / (up - down) - gradient[at]!));
    }
    errors.set(name, worst / Math.max(1e-2, largest(gradient)));
  }
  return errors;
}

const head: Layer = ['Dense', { units: 3, activation: 'softmax' }];
const nets: Readonly<Record<string, { readonly model: LayersModel; readonly size: number; readonly classes: number }>> =
  {
    'convolutions, normalisation, pooling without overlap and dropout': {
      model: sequence(
        [9, 8, 1],
        [
          ['Conv2D', { filters: 8, kernel_size: [3, 3], padding: 'same', activation: 'tanh' }],
          ['MaxPooling2D', { pool_size: [2, 2] }],
          ['Conv2D', { filters: 4, kernel_size: [3, 3], padding: 'same', use_bias: false }],
          ['BatchNormalization', { momentum: 0.9 }],
          ['Activation', { activation: 'softplus' }],
          ['Dropout', { rate: 0.4 }],
          ['MaxPooling2D', { pool_size: [2, 2] }],
          ['SpatialDropout2D', { rate: 0.3 }],
          ['Flatten', {}],
          head,
        ],
        {
          'l0/kernel': [3, 3, 1, 8],
          'l0/bias': [8],
          'l2/kernel': [3, 3, 8, 4],
          'l3/gamma': [4],
          'l3/beta': [4],
          'l3/moving_mean': [4],
          'l3/moving_variance': [4],
          'l9/kernel': [16, 3],
          'l9/bias': [3],
        },
      ),
      size: 72,
      classes: 3,
    },
    'depthwise, separable and transposed convolutions, PReLU, layer normalisation': {
      model: sequence(
        [6, 5, 3],
        [
          ['DepthwiseConv2D', { kernel_size: [3, 3], depth_multiplier: 2, padding: 'same' }],
          ['PReLU', {}],
          ['SeparableConv2D', { filters: 4, kernel_size: [3, 3], strides: [2, 2], padding: 'same' }],
          ['Conv2DTranspose', { filters: 3, kernel_size: [3, 3], strides: [2, 2], padding: 'same' }],
          ['LayerNormalization', { axis: [-1] }],
          ['GaussianNoise', { stddev: 0.1 }],
          ['GlobalAveragePooling2D', {}],
          ['GaussianDropout', { rate: 0.2 }],
          head,
        ],
        {
          'l0/depthwise_kernel': [3, 3, 3, 2],
          'l0/bias': [6],
          'l1/alpha': [6, 5, 6],
          'l2/depthwise_kernel': [3, 3, 6, 1],
          'l2/pointwise_kernel': [1, 1, 6, 4],
          'l2/bias': [4],
          'l3/kernel': [3, 3, 3, 4],
          'l3/bias': [3],
          'l4/gamma': [3],
          'l4/beta': [3],
          'l8/kernel': [3, 3],
          'l8/bias': [3],
        },
      ),
      size: 90,
      classes: 3,
    },
    'many channels on small maps, down to a single position, and one score for two classes': {
      model: sequence(
        [5, 5, 1],
        [
          ['Conv2D', { filters: 9, kernel_size: [2, 2], activation: 'tanh' }],
          ['Conv2D', { filters: 8, kernel_size: [3, 3], strides: [2, 1], padding: 'same', activation: 'relu' }],
          ['MaxPooling2D', { pool_size: [2, 2] }],
          ['Conv2D', { filters: 8, kernel_size: [3, 3], dilation_rate: [2, 2], padding: 'same', activation: 'tanh' }],
          ['MaxPooling2D', { pool_size: [1, 2] }],
          ['Conv2D', { filters: 10, kernel_size: [3, 3], padding: 'same', activation: 'tanh' }],
          ['Flatten', {}],
          ['Dense', { units: 1, activation: 'sigmoid' }],
        ],
        {
          'l0/kernel': [2, 2, 1, 9],
          'l0/bias': [9],
          'l1/kernel': [3, 3, 9, 8],
          'l1/bias': [8],
          'l3/kernel': [3, 3, 8, 8],
          'l3/bias': [8],
          'l5/kernel': [3, 3, 8, 10],
          'l5/bias': [10],
          'l7/kernel': [10, 1],
          'l7/bias': [1],
        },
      ),
      size: 25,
      classes: 2,
    },
  };

describe.each(Object.entries(nets))('%s', (_, { model, size, classes }) => {
  it('has the gradients of finite differences for every weight', async () => {
    const network = await createOnnxNetwork(model, { engine: 'onnx', threads: 1 });
    expect(network.classes).toBe(classes);
    const errors = await errorOfGradients(network, size, classes);
    expect(errors.size).toBe(network.weights.filter(({ trainable }) => trainable).length);
    for (const [name, error] of errors) expect(error, name).toBeLessThan(0.02);
    await network.dispose();
  });

  it('watches and predicts what the exported model says by the classifier, whatever the engine', async () => {
    const network = await createOnnxNetwork(model, { engine: 'onnx', threads: 1 });
    const [height, width, channels] = [network.input.height, network.input.width, network.input.channels];
    const batch = minibatch(size, 5, classes);
    await network.step(batch);
    const exported = { ...model, weights: network.exportWeights() };
    const folder = await saveLayersModel(exported, { height, width }, ['a', 'b', 'c'].slice(0, classes));
    const classifier = await load(folder, 'onnx');
    const images = { data: batch.pixels, count: 5, height, width, channels };
    const losses = await classifier.gradient(
      images,
      [...batch.labels].map((label) => ({ kind: 'cross-entropy', label })),
    );
    const { logits } = losses.scores;
    const predicted = [...batch.labels].map((__, row) => {
      const own = logits.subarray(row * classes, (row + 1) * classes);
      return own.indexOf(Math.max(...own));
    });
    const scores = await classifier.gradient(
      images,
      predicted.map((classIndex) => ({ kind: 'logit', classIndex })),
    );
    const seen = await network.watch({ ...batch, scoreOf: 'predicted' });
    const close = (a: Float32Array, b: Float32Array): void =>
      expect(largestDifference(a, b)).toBeLessThan(1e-4 * Math.max(1e-2, largest(b)));
    // Of one output z the classifier gives log-odds, −z and z, the network what a softmax takes, 0 and z.
    const ofSoftmax = logits.map((z, at) => (classes === 2 && at % 2 === 0 ? 0 : z));
    close(seen.logits, ofSoftmax);
    close(await network.predict(batch.pixels, 5), ofSoftmax);
    close(seen.lossGradient, losses.gradient);
    close(seen.scoreGradient, scores.gradient);
    await Promise.all([network.dispose(), classifier.dispose()]);
  });
});

describe('a network on ONNX Runtime', () => {
  it('draws noise from the seed of the minibatch alone, and none when it predicts', async () => {
    const { model, size } = Object.values(nets)[0]!;
    const network = await createOnnxNetwork(model, { engine: 'onnx', threads: 1 });
    const batch = minibatch(size, 3, 3);
    const losses = [await network.step(batch), await network.step(batch), await network.step({ ...batch, seed: 2 })];
    expect(losses[1]).toEqual(losses[0]);
    expect(losses[2]!.loss).not.toBe(losses[0]!.loss);
    const logits = await network.predict(batch.pixels, 3);
    expect(await network.predict(batch.pixels, 3)).toEqual(logits);
    await network.dispose();
  });

  it('takes minibatches of any size, in any order, and calls that overlap', async () => {
    const { model, size } = Object.values(nets)[0]!;
    const network = await createOnnxNetwork(model, { engine: 'onnx', threads: 1 });
    const batches = [7, 2, 7, 3].map((count) => minibatch(size, count, 3, count));
    const before = network.weights.map(({ values }) => values.slice());
    const together = await Promise.all([
      ...batches.map((batch) => network.step(batch)),
      network.predict(batches[0]!.pixels, 7),
    ]);
    network.weights.forEach(({ values }, index) => values.set(before[index]!));
    const apart = [];
    for (const batch of batches) apart.push(await network.step(batch));
    expect(together.slice(0, 4)).toEqual(apart);
    const many = randomNumbers(70 * size, 4);
    const all = await network.predict(many, 70);
    const last = await network.predict(many.slice(69 * size), 1);
    expect(largestDifference(all.subarray(69 * 3), last)).toBeLessThan(1e-5);
    await network.dispose();
  });

  it('watches the weights as they were when it was asked, while training goes on', async () => {
    const { model, size } = Object.values(nets)[0]!;
    const network = await createOnnxNetwork(model, { engine: 'onnx', threads: 1 });
    const images = { ...minibatch(size, 4, 3, 8), scoreOf: 'label' } as const;
    const copied = ({ logits, scoreGradient, lossGradient }: WatchResult): WatchResult => ({
      logits: Float32Array.from(logits),
      scoreGradient: Float32Array.from(scoreGradient),
      lossGradient: Float32Array.from(lossGradient),
    });
    const before = copied(await network.watch(images));
    const watching = network.watch(images);
    await expect(network.watch(images)).rejects.toThrow('already');
    await network.step(minibatch(size, 3, 3));
    for (const { values, gradient } of network.weights)
      gradient.forEach((slope, at) => (values[at] = values[at]! - slope));
    expect(copied(await watching)).toEqual(before);
    const after = await network.watch(images);
    expect(largestDifference(after.lossGradient, before.lossGradient)).toBeGreaterThan(1e-3);
    await network.dispose();
  });

  it('moves moving statistics by the momentum towards those of the minibatch', async () => {
    const network = await createOnnxNetwork(tinyNet(), { engine: 'onnx', threads: 1 });
    const batch = minibatch(6 * 5 * 3, 4, 3);
    const moving = network.weights.find(({ name }) => name === 'n1/moving_variance')!;
    const [first] = [moving.values.slice()];
    await network.step(batch);
    const second = moving.values.slice();
    await network.step(batch);
    const change = (from: Float32Array, to: Float32Array): Float32Array => from.map((value, at) => to[at]! - value);
    const expected = change(first, second).map((value) => 0.9 * value);
    expect(largest(expected)).toBeGreaterThan(1e-3);
    expect(largestDifference(change(second, moving.values), expected)).toBeLessThan(1e-5);
    await network.dispose();
  });

  it('exports what it was given, moved by what was changed, in copies; frozen layers stay as they are', async () => {
    const text = JSON.stringify(tinyNet().topology).replace(
      '"name":"n1","trainable":true',
      '"name":"n1","trainable":false',
    );
    const model = { ...tinyNet(), topology: JSON.parse(text) as LayersModel['topology'] };
    const network = await createOnnxNetwork(model, { engine: 'onnx', threads: 1 });
    expect(network.weights.map(({ name }) => name)).toEqual([
      'c1/kernel',
      'c2/kernel',
      'c2/bias',
      'd/kernel',
      'd/bias',
    ]);
    expect(network.exportWeights()).toEqual(model.weights);
    await network.step(minibatch(6 * 5 * 3, 4, 3));
    expect(network.exportWeights()).toEqual(model.weights);
    network.weights[0]!.values[0] = 7;
    expect(network.exportWeights()[0]!.data[0]).toBe(7);
    expect(model.weights[0]!.data[0]).not.toBe(7);
    await network.dispose();
  });

  it.each<readonly [string, Layer, RegExp]>([
    ['random flips', ['RandomFlip', {}], /l0.*RandomFlip.*training/],
    ['AlphaDropout', ['AlphaDropout', { rate: 0.5 }], /l0.*AlphaDropout.*training/],
    ['a dropout that leaves nothing', ['Dropout', { rate: 1 }], /l0.*leaves nothing/],
  ])('refuses %s and says which layer it is', async (_, layer, message) => {
    const model = sequence([4, 4, 1], [layer, ['Flatten', {}], head], { 'l2/kernel': [16, 3], 'l2/bias': [3] });
    await expect(createOnnxNetwork(model, { engine: 'onnx' })).rejects.toThrow(message);
  });

  it('refuses a sigmoid over several classes by a sentence', async () => {
    const layers: Layer[] = [
      ['Flatten', {}],
      ['Dense', { units: 3, activation: 'sigmoid' }],
    ];
    const model = sequence([4, 4, 1], layers, { 'l1/kernel': [16, 3], 'l1/bias': [3] });
    await expect(createOnnxNetwork(model, { engine: 'onnx' })).rejects.toThrow('The model ends in a sigmoid over 3');
  });
});
