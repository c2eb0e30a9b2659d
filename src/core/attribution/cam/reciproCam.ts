import { throwIfCancelled } from '../../errors';
import { batchOf, type ImageBatch } from '../../image/pixels';
import { countNonFinite } from '../../method/numbers';
import { valuesAt } from '../../method/points/ask';
import type { Window } from '../../method/points/points';
import { textValue } from '../../method/values';
import { layerBatch } from '../../model/layers';
import type { AttributionMethod } from '../method';
import { chosenLayer, layerParameter } from './activationMap';

/** Pixels a place, each way, of the last layer with places in most networks: they halve their pictures five times. */
const USUAL_STRIDE = 32;

/**
 * Recipro-CAM: map_xy = f(tail(A ∘ 1_xy)), what the objective f is where of a layer's values A those at one place are kept, of all
 * channels, and the others are 0; tail is the network behind the layer. Height × width of the layer, in the unit of f, not scaled to
 * [0, 1] as in the paper. One pass through the tail for each place, and one through the network for A.
 * Throws `UserError`: 'unknown-layer', 'parameter' for a layer without places or that others go past, and what the classifier throws;
 * `CancelledError`. Source: Byun, Lee 2022.
 */
export const reciproCam: AttributionMethod = {
  id: 'recipro-cam',
  label: 'Recipro-CAM',
  summary: 'What the score is where one place of a layer alone is kept; needs a layer that everything goes through.',
  formula: 'f(tail(A ∘ 1ₓᵧ))',
  source:
    'Byun, Lee: Recipro-CAM: Fast gradient-free visual explanations for convolutional neural networks, arXiv:2209.14074',
  family: 'layer',
  needs: ['gradient', 'layers', 'variant'],
  display: 'diverging',
  parameters: [
    {
      ...layerParameter,
      description: 'The layer whose places are kept one by one; empty: the last one with places in the picture.',
    },
  ],
  cost: (_, { height, width }) => ({
    predictions: Math.ceil(height / USUAL_STRIDE) * Math.ceil(width / USUAL_STRIDE),
    gradients: 1,
  }),
  run: async (classifier, image, objective, parameters, context) => {
    throwIfCancelled(context.signal);
    const { layer, warnings } = chosenLayer(classifier.info, textValue(parameters, 'layer'));
    const tail = await classifier.variant({ kind: 'tail', layer: layer.id });
    try {
      const { scores, values, layers } = await classifier.gradient(batchOf(image), [objective], { at: [layer.id] });
      const whole = layerBatch(layer, layers![0]!.values);
      const { height, width, channels } = whole;
      const nothing = { ...whole, data: new Float32Array(whole.data.length) };
      const points = [{ kind: 'windows', image: nothing, fill: whole.data, windows: placesOf(whole) }] as const;
      const { values: kept } = await valuesAt({ classifier: tail, points, objective, context });
      const data = Float32Array.from(kept);
      return {
        map: { data, height, width, channels: 1 },
        layer: { id: layer.id, kind: layer.kind, height, width, channels },
        scores,
        value: values[0]!,
        warnings: [...warnings, ...warningsOf(data)],
      };
    } finally {
      await tail.dispose();
    }
  },
};

/** Every place as a window of one. */
function placesOf({ height, width }: ImageBatch): readonly Window[] {
  return Array.from({ length: height * width }, (_, place) => {
    const [top, left] = [Math.floor(place / width), place % width];
    return { top, left, bottom: top + 1, right: left + 1 };
  });
}

function warningsOf(map: Float32Array): readonly string[] {
  const nonFinite = countNonFinite(map);
  if (nonFinite > 0)
    return [`${nonFinite} of ${map.length} values of the map are not finite: the model overflows there.`];
  if (map.every((value) => value === map[0]))
    return ['The map is the same everywhere: no place of the layer changes the score by itself.'];
  return [];
}
