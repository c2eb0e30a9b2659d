import * as layers from '@tensorflow/tfjs-layers';

/** Convolutions in order; `pool` halves the resolution (28 → 14 → 7 → 3 → 1), so the kernels after the fourth see one pixel. */
export const convolutions: readonly { readonly filters: number; readonly pool: boolean }[] = [
  { filters: 16, pool: true },
  { filters: 16, pool: true },
  { filters: 16, pool: true },
  { filters: 32, pool: true },
  { filters: 32, pool: false },
  { filters: 32, pool: false },
  { filters: 64, pool: false },
  { filters: 64, pool: false },
  { filters: 64, pool: false },
];
const hiddenUnits: readonly number[] = [512, 50];

/** Names of the layers that have weights, in order. */
export const convolutionNames: readonly string[] = convolutions.map((_, index) => `conv_${index + 1}`);
export const denseNames: readonly string[] = [...hiddenUnits.map((_, index) => `dense_${index + 1}`), 'scores'];

/**
 * The deep network for 28 × 28 grey pictures: nine 3 × 3 convolutions, the first four followed by 2 × 2 max-pooling, then dense
 * layers of 512, 50 and 10 units, relu throughout, softmax at the end; 179,728 parameters. Weights are drawn from
 * N(0, 2 / fan-in) (He et al. 2015), where fan-in counts only the kernel positions that see data: one of nine at 1 × 1.
 */
export function createDeepNetwork(seed: number): layers.Sequential {
  const network = layers.sequential({ name: 'fashion_mnist_deep' });
  const initializer = seededInitializer(seed);
  let resolution = 28;
  convolutions.forEach(({ filters, pool }, index) => {
    network.add(
      layers.layers.conv2d({
        name: convolutionNames[index]!,
        filters,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: initializer(resolution === 1 ? 18 : 2),
        ...(index === 0 ? { inputShape: [28, 28, 1] } : {}),
      }),
    );
    if (!pool) return;
    network.add(layers.layers.maxPooling2d({ name: `pool_${index + 1}`, poolSize: 2, strides: 2 }));
    resolution = Math.floor(resolution / 2);
  });
  network.add(layers.layers.flatten({ name: 'flatten' }));
  hiddenUnits.forEach((units, index) => {
    const name = denseNames[index]!;
    network.add(layers.layers.dense({ name, units, activation: 'relu', kernelInitializer: initializer(2) }));
  });
  const kernelInitializer = initializer(1);
  network.add(layers.layers.dense({ name: 'scores', units: 10, activation: 'softmax', kernelInitializer }));
  return network;
}

/** Initialisers of N(0, scale / fan-in), each with a seed of its own. */
function seededInitializer(seed: number): (scale: number) => ReturnType<typeof layers.initializers.varianceScaling> {
  let nextSeed = seed * 1000;
  return (scale) => {
    nextSeed += 1;
    return layers.initializers.varianceScaling({ scale, mode: 'fanIn', distribution: 'normal', seed: nextSeed });
  };
}
