import type { PixelInput } from '../../core/graph/passes/takePixels';
import type { ModelInput } from '../../core/model/modelInfo';
import type { Layout } from '../../core/model/preprocessing';

/** A model's preprocessing, (low + pixel · (high − low) − mean) / std per channel, as the graph takes it. */
export function pixelInput(input: ModelInput, layout: Layout): PixelInput {
  const [low, high] = input.range;
  const std = input.std.slice(0, input.channels);
  return {
    height: input.height,
    width: input.width,
    scale: std.map((each) => (high - low) / each),
    shift: std.map((each, channel) => (low - input.mean[channel]!) / each),
    isReversed: input.color === 'bgr',
    layout,
  };
}
