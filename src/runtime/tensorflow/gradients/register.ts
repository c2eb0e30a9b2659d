import type { GradConfig } from '@tensorflow/tfjs-core';
import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { version_layers } from '@tensorflow/tfjs-layers';
import { avgPool3dGradient, avgPoolGradient } from './averagePools';
import { conv2dGradient, depthwiseConv2dGradient } from './convolutions';
import { EXTREMA } from './extrema';
import { relu6Gradient, reluGradient } from './rectifiers';
import { resizeBilinearGradient, resizeNearestGradient } from './resizes';
import { STRUCTURE } from './structure';

const GRADIENTS: readonly GradConfig[] = [
  ...[reluGradient, relu6Gradient],
  ...[conv2dGradient, depthwiseConv2dGradient],
  ...[avgPoolGradient, avgPool3dGradient],
  ...[resizeBilinearGradient, resizeNearestGradient],
  ...EXTREMA,
  ...STRUCTURE,
];

/**
 * Puts our gradients in place of the stock ones, which come with the package of layers and so must be loaded before. To be called
 * again after another copy of tfjs-core has registered its own.
 */
export function registerGradients(): void {
  const stock = getGradient('Reshape') as GradConfig | undefined;
  if (stock === undefined) throw new Error(`tfjs-layers ${version_layers} registered no gradients.`);
  for (const gradient of GRADIENTS) registerGradient(gradient);
}
