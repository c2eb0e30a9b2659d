import { InferenceSession, Tensor } from 'onnxruntime-node';
import { arrayOf, halfValue, type ElementName } from './onnxFile';
import type { Fed } from './preprocessings';

/** How a picture becomes the tensor at a file's input. */
export interface Feeding {
  readonly fed: Fed;
  readonly layout: 'nchw' | 'nhwc';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Pictures that the file wants at once; the picture is repeated. */
  readonly count: number;
}

/** A file as ONNX Runtime itself runs it, one picture at a time: nothing of the product is involved. */
export interface Reference {
  /** Numbers of each named output for one picture. */
  run(picture: ArrayLike<number>): Promise<ReadonlyMap<string, Float64Array>>;
  release(): Promise<void>;
}

export async function openReference(
  bytes: Uint8Array,
  input: string,
  outputs: readonly string[],
  feeding: Feeding,
  graphOptimizationLevel: 'disabled' | 'all' = 'disabled',
): Promise<Reference> {
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    graphOptimizationLevel,
  });
  return {
    async run(picture) {
      const results = await session.run({ [input]: tensorFor(picture, feeding) }, outputs);
      return new Map(
        outputs.map((name) => {
          const { data, type } = results[name]!;
          const numbers = Float64Array.from(data as unknown as ArrayLike<number>, Number);
          const first = numbers.slice(0, numbers.length / feeding.count);
          return [name, type === 'float16' ? first.map(halfValue) : first];
        }),
      );
    },
    release: () => session.release(),
  };
}

/** The tensor that a user of the model would feed: float32 arithmetic, whole numbers where the input takes them. */
function tensorFor(picture: ArrayLike<number>, { fed, layout, height, width, channels, count }: Feeding): Tensor {
  const area = height * width;
  const size = area * channels;
  const values = new Float64Array(size * count);
  const [low, high] = fed.range;
  for (let place = 0; place < area; place++) {
    for (let channel = 0; channel < channels; channel++) {
      const source = fed.isReversed ? channels - 1 - channel : channel;
      const pixel = picture[place * channels + source]!;
      const mean = fed.mean[channel % fed.mean.length]!;
      const value = (low + pixel * (high - low) - mean) / fed.std[channel % fed.std.length]!;
      const to = layout === 'nchw' ? channel * area + place : place * channels + channel;
      for (let copy = 0; copy < count; copy++) values[copy * size + to] = isWhole(fed.type) ? Math.round(value) : value;
    }
  }
  const dims = layout === 'nchw' ? [count, channels, height, width] : [count, height, width, channels];
  return new Tensor(TENSOR_TYPES[fed.type], arrayOf(fed.type, values) as Float32Array, dims);
}

const TENSOR_TYPES: Readonly<Record<ElementName, 'float32'>> = {
  float: 'float32',
  uint8: 'uint8' as 'float32',
  int8: 'int8' as 'float32',
  int32: 'int32' as 'float32',
  int64: 'int64' as 'float32',
  bool: 'bool' as 'float32',
  float16: 'float16' as 'float32',
  double: 'float64' as 'float32',
};

export function isWhole(type: ElementName): boolean {
  return type !== 'float' && type !== 'double' && type !== 'float16';
}
