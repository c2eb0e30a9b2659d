import type { Network, Value } from './network';

/** Channels, repetitions, stride of each group of blocks (He et al. 2015, table 1). */
const GROUPS = [
  [64, 3, 1],
  [128, 4, 2],
  [256, 6, 2],
  [512, 3, 2],
] as const;

/** ResNet-50 with the stride in the 3 × 3 convolutions, as it is mostly used. */
export function resnet50(network: Network): void {
  let x = network.convolution(network.input, { filters: 64, kernel: 7, stride: 2, activation: 'relu' });
  x = network.maxPool(x);
  for (const [channels, count, stride] of GROUPS)
    for (let block = 0; block < count; block++) x = bottleneck(network, x, channels, block === 0 ? stride : 1);
  network.classify(x, 1000);
}

function bottleneck(network: Network, x: Value, channels: number, stride: number): Value {
  let y = network.convolution(x, { filters: channels, kernel: 1, activation: 'relu' });
  y = network.convolution(y, { filters: channels, kernel: 3, stride, activation: 'relu' });
  y = network.convolution(y, { filters: 4 * channels, kernel: 1, activation: 'none', gain: 0.3 });
  const same = stride === 1 && x.shape[0] === 4 * channels;
  const direct = same ? x : network.convolution(x, { filters: 4 * channels, kernel: 1, stride, activation: 'none' });
  return network.add(direct, y, 'relu');
}
