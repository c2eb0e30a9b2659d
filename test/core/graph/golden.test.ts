import { beforeAll, describe, expect, it } from 'vitest';
import {
  goldenArray,
  goldenBytes,
  goldenJson,
  gradientsOf,
  largestDifference,
  OBJECTIVES,
  prepare,
  type ObjectiveKind,
} from './goldenSupport';

// Narrow versions of whole architectures against PyTorch's autograd in float64 (scripts/golden/architectures.py). The pictures
// and weights are such that no rectifier of PyTorch in float32 flips: its own error is below 1e-5, which is asserted too.

interface Truth {
  readonly classes: readonly number[];
  readonly labels: readonly number[];
  readonly logits: readonly (readonly number[])[];
  readonly largest: Readonly<Record<ObjectiveKind, readonly number[]>>;
  readonly float32: Readonly<Record<ObjectiveKind, { readonly maximum: number }>>;
}

const NETWORKS = [
  'resnet18',
  'mobilenet-v2',
  'mobilenet-v3',
  'efficientnet',
  'squeezenet',
  'densenet',
  'shufflenet',
  'inception',
  'vgg',
  'convnext',
  'vit',
  'deit',
  'swin',
] as const;
const PIXELS = 3 * 32 * 32;

describe('the gradient of a whole network is that of PyTorch', () => {
  let pictures = new Float32Array();
  let sampling = { positions: [] as number[], complete: 0 };

  beforeAll(() => {
    pictures = goldenArray('inputs.npy') as Float32Array<ArrayBuffer>;
    sampling = goldenJson('inputs.json') as typeof sampling;
  });

  for (const name of NETWORKS)
    for (const batch of [1, 8])
      it(`${name}, batch ${batch}`, async () => {
        const truth = goldenJson(`${name}.json`) as Truth;
        const complete = goldenArray(`${name}.npy`);
        const sampled = goldenArray(`${name}-sampled.npy`);
        const { positions } = sampling;
        const { logits, gradients } = await gradientsOf(
          prepare(goldenBytes(`${name}.onnx`)),
          pictures.subarray(0, batch * PIXELS),
          [batch, 3, 32, 32],
          (kind) => (kind === 'cross-entropy' ? truth.labels : truth.classes),
        );
        expect(largestDifference(logits, truth.logits.slice(0, batch).flat())).toBeLessThan(1e-4);
        OBJECTIVES.forEach((kind, objective) => {
          expect(truth.float32[kind].maximum, 'PyTorch, float32 against float64').toBeLessThan(1e-5);
          for (let image = 0; image < batch; image++) {
            const gradient = gradients[kind].subarray(image * PIXELS, (image + 1) * PIXELS);
            const largest = truth.largest[kind][image]!;
            const at = (objective * 8 + image) * positions.length;
            const some = positions.map((position) => gradient[position]!);
            const error = largestDifference(some, sampled.subarray(at, at + positions.length)) / largest;
            expect(error, `${kind} of picture ${image}`).toBeLessThan(1e-4);
            if (image >= sampling.complete) continue;
            const whole = (objective * sampling.complete + image) * PIXELS;
            expect(
              largestDifference(gradient, complete.subarray(whole, whole + PIXELS)) / largest,
              `${kind} of picture ${image}, every pixel`,
            ).toBeLessThan(1e-4);
          }
        });
      });
});
