import { numberAttribute, numbersAttribute } from '../graph';
import type { Operator } from '../operator';
import { positive } from './axis';
import { composite } from './composite';
import { terms } from './terms';

/** Below any norm that tells a direction: what is divided by it is zero. */
const SMALLEST = 1e-30;

/** Normalisations that ONNX defines by others. */
export const definedNormalizations: Readonly<Record<string, Operator>> = {
  // x / √(mean x² + ε) · γ over the axes from `axis` on (Zhang and Sennrich, 2019).
  RMSNormalization: composite((node, builder) => {
    const t = terms(builder);
    const [x, scale] = node.inputs as [string, string];
    const rank = builder.shape(x).length;
    const first = positive(numberAttribute(node, 'axis', -1), rank);
    const axes = Array.from({ length: rank - first }, (_, index) => first + index);
    const power = t.plus(t.mean(t.mul(x, x), axes), numberAttribute(node, 'epsilon', 1e-5));
    return [t.mul(t.div(x, builder.add('Sqrt', [power])), scale)];
  }),
  // (x − μ) / (σ + 1e-9) over the axes, those of batch and space unless told.
  MeanVarianceNormalization: composite((node, builder) => {
    const t = terms(builder);
    const x = node.inputs[0]!;
    const axes = numbersAttribute(node, 'axes') ?? [0, 2, 3];
    const centred = t.sub(x, t.mean(x, axes));
    const variance = t.max(t.mean(t.mul(centred, centred), axes), builder.scalar(SMALLEST));
    return [t.div(centred, t.plus(builder.add('Sqrt', [variance]), 1e-9))];
  }),
  // x / ‖x‖ₚ along an axis; zeros stay zeros.
  LpNormalization: composite((node, builder) => {
    const t = terms(builder);
    const x = node.inputs[0]!;
    const op = numberAttribute(node, 'p', 2) === 1 ? 'ReduceL1' : 'ReduceL2';
    const norm = builder.add(op, [x, builder.indices([numberAttribute(node, 'axis', -1)])], { keepdims: 1 });
    return [t.div(x, t.max(norm, builder.scalar(SMALLEST)))];
  }),
};
