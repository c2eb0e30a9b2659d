import type { Network, Value } from './network';

/** Expansion, channels, repetitions, stride of each group of blocks (Sandler et al. 2018, table 2). */
const GROUPS = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 of width 1. */
export function mobilenetV2(network: Network): void {
  let x = network.convolution(network.input, { filters: 32, kernel: 3, stride: 2, activation: 'relu6' });
  for (const [expansion, channels, count, stride] of GROUPS)
    for (let block = 0; block < count; block++)
      x = bottleneck(network, x, expansion, channels, block === 0 ? stride : 1);
  x = network.convolution(x, { filters: 1280, kernel: 1, activation: 'relu6' });
  network.classify(x, 1000);
}

function bottleneck(network: Network, x: Value, expansion: number, channels: number, stride: number): Value {
  const wide = expansion * x.shape[0];
  let y = expansion === 1 ? x : network.convolution(x, { filters: wide, kernel: 1, activation: 'relu6' });
  y = network.convolution(y, { filters: wide, kernel: 3, stride, depthwise: true, activation: 'relu6' });
  y = network.convolution(y, { filters: channels, kernel: 1, activation: 'none' });
  return stride === 1 && x.shape[0] === channels ? network.add(x, y, 'none') : y;
}
