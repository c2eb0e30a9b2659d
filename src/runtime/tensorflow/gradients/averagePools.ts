import type { GradConfig, NamedAttrMap, Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

type Attributes = Readonly<{
  filterSize: number | number[];
  strides: number | number[];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}>;

/** One spatial dimension of a pooling: window o covers the inputs o·stride − before … + size − 1 that there are. */
interface WindowDimension {
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly stride: number;
  readonly before: number;
}

/**
 * Gradient of AvgPool: dx = Σ over the windows that hold it of dy / (elements that were averaged). Outside of tfjs-node the stock
 * kernel divides by the size of the whole window, padding included, though the forward pass leaves the padding out.
 */
export const avgPoolGradient = averagePool('AvgPool', (shape, { filterSize, strides, pad, dimRoundingMode }) =>
  plane(
    tf.backend_util.computePool2DInfo(
      shape as Tensor4D['shape'],
      filterSize as [number, number],
      strides as [number, number],
      1,
      pad,
      dimRoundingMode,
    ),
  ),
);

/** The same for AvgPool3D. */
export const avgPool3dGradient = averagePool('AvgPool3D', (shape, { filterSize, strides, pad, dimRoundingMode }) => {
  const info = tf.backend_util.computePool3DInfo(
    shape as Tensor5D['shape'],
    filterSize as [number, number, number],
    strides as [number, number, number],
    1,
    pad,
    dimRoundingMode,
  );
  const { inDepth, outDepth, filterDepth, strideDepth, padInfo } = info;
  return [dimension(inDepth, outDepth, filterDepth, strideDepth, padInfo.front), ...plane(info)];
});

function averagePool(
  kernelName: 'AvgPool' | 'AvgPool3D',
  windowsOf: (shape: readonly number[], attributes: Attributes) => readonly WindowDimension[],
): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (output, [input], attrs) => {
      const windows = windowsOf(input!.shape, attrs as unknown as Attributes);
      return { x: () => spread(`${kernelName}Grad`, output as Tensor, input!, windows, attrs) };
    },
  };
}

type PlaneInfo = Pick<
  tf.backend_util.Conv2DInfo,
  'inHeight' | 'outHeight' | 'filterHeight' | 'strideHeight' | 'inWidth' | 'outWidth' | 'filterWidth' | 'strideWidth'
> & { readonly padInfo: { readonly top: number; readonly left: number } };

function plane(info: PlaneInfo): readonly WindowDimension[] {
  const { padInfo } = info;
  return [
    dimension(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, padInfo.top),
    dimension(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, padInfo.left),
  ];
}

function dimension(input: number, output: number, size: number, stride: number, before: number): WindowDimension {
  return { input, output, size, stride, before };
}

function spread(
  kernel: string,
  dy: Tensor,
  input: Tensor,
  windows: readonly WindowDimension[],
  attrs: NamedAttrMap,
): Tensor {
  // TensorFlow's own kernel counts rightly.
  const isNative = tf.getBackend() === 'tensorflow';
  return tf.tidy(() => {
    const scaled = isNative ? dy : windows.reduce(rescaled, dy);
    return tf.engine().runKernel(kernel, { dy: scaled, input }, attrs);
  });
}

/** dy · size / (elements in the window) along spatial axis `index`: the count of a window is the product of those of its axes. */
function rescaled(dy: Tensor, { input, output, size, stride, before }: WindowDimension, index: number): Tensor {
  const factors = Float32Array.from({ length: output }, (_, o) => {
    const first = o * stride - before;
    return size / (Math.min(input, first + size) - Math.max(0, first));
  });
  if (factors.every((factor) => factor === 1)) return dy;
  const shape = dy.shape.map((_, axis) => (axis === index + 1 ? output : 1));
  return tf.mul(dy, tf.tensor(factors, shape));
}
