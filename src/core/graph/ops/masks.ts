import type { NodeBuilder } from '../operator';
import { floats } from '../tensor';

/**
 * 1 where `value` > 0, else 0: HardSigmoid with the steepest finite slope, which ONNX Runtime vectorises and fuses where
 * Greater + Cast is several passes. Exact but for values below 3.4e−39 (subnormal).
 */
export function stepMask(builder: NodeBuilder, value: string): string {
  return builder.add('HardSigmoid', [value], { alpha: 3e38, beta: 0 });
}

/** 1 where low < value < high, else 0, exactly. */
export function insideMask(builder: NodeBuilder, value: string, low: number, high: number): string {
  const above = Number.isFinite(low) ? aboveMask(builder, value, low) : undefined;
  const below = Number.isFinite(high) ? belowMask(builder, value, high) : undefined;
  if (above !== undefined && below !== undefined) return builder.add('Mul', [above, below]);
  return above ?? below ?? builder.constant(floats([], [1]));
}

/** 1 where `value` > `bound`. */
export function aboveMask(builder: NodeBuilder, value: string, bound: number): string {
  if (bound === 0) return stepMask(builder, value);
  const slope = unitSlope(bound);
  if (slope !== undefined) return builder.add('HardSigmoid', [value], { alpha: slope, beta: -bound * slope });
  return stepMask(builder, builder.add('Sub', [value, builder.scalar(bound)]));
}

function belowMask(builder: NodeBuilder, value: string, bound: number): string {
  const slope = bound === 0 ? 3e38 : unitSlope(bound);
  if (slope !== undefined) return builder.add('HardSigmoid', [value], { alpha: -slope, beta: bound * slope });
  return stepMask(builder, builder.add('Sub', [builder.scalar(bound), value]));
}

/**
 * A power of two by which the float32 neighbours of `bound` are at least 1 apart from it. Scaling by it and the difference
 * near `bound` are exact, so that HardSigmoid is a step.
 */
function unitSlope(bound: number): number | undefined {
  const exponent = Math.floor(Math.log2(Math.abs(Math.fround(bound))));
  return Math.abs(exponent) <= 100 ? 2 ** (25 - exponent) : undefined;
}
