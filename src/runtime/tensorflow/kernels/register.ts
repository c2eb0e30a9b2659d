import type { KernelConfig } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2dBackpropFilter';
import { conv2dBackpropInput } from './conv2dBackpropInput';
import { depthwiseConv2dBackpropFilter } from './depthwiseConv2dBackpropFilter';
import { depthwiseConv2dBackpropInput } from './depthwiseConv2dBackpropInput';
import { identity } from './identity';
import { maxPoolGrad } from './maxPoolGrad';
import { prelu } from './prelu';
import { convolutionsOfSamePadding } from './samePadding';
import { unsortedSegmentSum } from './unsortedSegmentSum';

const KERNELS: readonly KernelConfig[] = [
  conv2dBackpropInput,
  conv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  depthwiseConv2dBackpropFilter,
  unsortedSegmentSum,
  identity,
  maxPoolGrad,
  prelu,
];

/** Kernels that compute something else than TensorFlow in 4.22: without them another engine is taken, or their lack is said. */
const WRONG = ['MaxPool3D', 'MaxPool3DGrad', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'] as const;

/** Gives the wasm backend the kernels that it lacks and replaces those that it does slowly or wrongly; may be called again. */
export function registerWasmKernels(): void {
  for (const kernel of [...KERNELS, ...convolutionsOfSamePadding()]) {
    const { kernelName, backendName } = kernel;
    const present = getKernel(kernelName, backendName) as KernelConfig | undefined;
    if (present !== undefined) unregisterKernel(kernelName, backendName);
    registerKernel(kernel);
  }
  for (const name of WRONG) {
    if ((getKernel(name, 'wasm') as KernelConfig | undefined) !== undefined) unregisterKernel(name, 'wasm');
  }
}
