import type { KernelConfig } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2dBackpropFilter';
import { conv2dBackpropInput } from './conv2dBackpropInput';
import { depthwiseConv2dBackpropFilter } from './depthwiseConv2dBackpropFilter';
import { depthwiseConv2dBackpropInput } from './depthwiseConv2dBackpropInput';
import { identity } from './identity';
import { maxPoolGrad } from './maxPoolGrad';
import { unsortedSegmentSum } from './unsortedSegmentSum';

const KERNELS: readonly KernelConfig[] = [
  conv2dBackpropInput,
  conv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  depthwiseConv2dBackpropFilter,
  unsortedSegmentSum,
  identity,
  maxPoolGrad,
];

/** Gives the wasm backend the kernels that it lacks and replaces those that it does slowly; may be called again. */
export function registerWasmKernels(): void {
  for (const kernel of KERNELS) {
    const { kernelName, backendName } = kernel;
    const present = getKernel(kernelName, backendName) as KernelConfig | undefined;
    if (present !== undefined) unregisterKernel(kernelName, backendName);
    registerKernel(kernel);
  }
}
