import { countOf } from '../../countOf';
import { throwIfCancelled, UserError } from '../../errors';
import { batchOf, type PixelImage } from '../../image/pixels';
import type { MethodContext } from '../../method/context';
import { countNonFinite, isAllZero } from '../../method/numbers';
import type { ParameterDeclaration, ParameterValues } from '../../method/parameters';
import { textValue } from '../../method/values';
import type { Classifier, LayerGradient, Objective } from '../../model/classifier';
import { findLayer, lastSpatialLayer, layersUnavailable } from '../../model/layers';
import type { LayerInfo, ModelInfo } from '../../model/modelInfo';
import type { Attribution } from '../method';

/** Which layer is looked at; '' is the last spatial one. */
export const layerParameter: ParameterDeclaration = {
  id: 'layer',
  label: 'Layer',
  description: 'The layer whose channels are weighed; empty: the last one with places in the picture.',
  type: 'layer',
  default: '',
};

/** The channels of a layer at all places: values A and derivatives ∂f/∂A, places × channels, row by row. */
export interface Channels {
  readonly values: Float32Array;
  readonly gradient: Float32Array;
  readonly places: number;
  readonly channels: number;
}

/**
 * The attribution whose map is `combine(A, ∂f/∂A)`, one value a place of the layer that `parameters.layer` names: height × width of
 * the layer × 1, which covers the model's whole input. One forward and one backward pass.
 * Throws `UserError`: 'unknown-layer', 'parameter' for a layer without places, and what the classifier throws; `CancelledError`.
 */
export async function activationMap(
  classifier: Classifier,
  image: PixelImage,
  objective: Objective,
  parameters: ParameterValues,
  context: MethodContext,
  combine: (channels: Channels) => Float32Array,
): Promise<Attribution> {
  throwIfCancelled(context.signal);
  const { layer, warnings } = chosenLayer(classifier.info, textValue(parameters, 'layer'));
  const { scores, values, layers } = await classifier.gradient(batchOf(image), [objective], { at: [layer.id] });
  throwIfCancelled(context.signal);
  const [found] = layers as readonly [LayerGradient];
  const [height, width, channels] = found.shape as readonly [number, number, number];
  const data = combine({ values: found.values, gradient: found.gradient, places: height * width, channels });
  context.progress?.(1, 1);
  return {
    map: { data, height, width, channels: 1 },
    layer: { id: layer.id, kind: layer.kind, height, width, channels },
    scores,
    value: values[0]!,
    warnings: [...warnings, ...warningsOf(found, data, layer)],
  };
}

/** The layer of this name, which has places in the picture; '': the last one that has. Throws `UserError`. */
export function chosenLayer(
  info: ModelInfo,
  name: string,
): { readonly layer: LayerInfo; readonly warnings: readonly string[] } {
  const { layers, engine } = info;
  if (layers === undefined) throw layersUnavailable(engine);
  if (name !== '') {
    const layer = findLayer(info, name);
    if (layer.form === 'spatial') return { layer, warnings: [] };
    throw new UserError(
      'parameter',
      `The layer “${layer.id}” (${layer.shape.join(' × ')}) has no places in the picture.`,
      'Choose one that is height × width × channels; “gradient-lens info” lists them.',
    );
  }
  const layer = lastSpatialLayer(layers);
  if (layer === undefined)
    throw new UserError(
      'unknown-layer',
      'The model has no layer with places in the picture.',
      'Choose a method that needs no layer, such as integrated-gradients.',
    );
  const later = layers.slice(layers.indexOf(layer) + 1).filter(({ form, shape }) => form === 'tokens' && shape[0]! > 1);
  const blind = `The model goes on with ${later[0]?.shape[0]} tokens behind “${layer.id}”, its last layer with places in the picture, so its map tells little.`;
  return { layer, warnings: later.length > 0 ? [blind] : [] };
}

function warningsOf({ gradient, values }: LayerGradient, map: Float32Array, { id }: LayerInfo): readonly string[] {
  const nonFinite = countNonFinite(gradient) + countNonFinite(values);
  if (nonFinite > 0)
    return [
      `${countOf(nonFinite, 'value')} at the layer “${id}” ${nonFinite === 1 ? 'is' : 'are'} not finite: the model overflows, and the map means nothing there.`,
    ];
  if (isAllZero(gradient))
    return [`The gradient at the layer “${id}” is zero everywhere: choose another objective, class or layer.`];
  if (isAllZero(map)) return [`The map is zero everywhere: nothing at the layer “${id}” speaks for the class.`];
  return [];
}
