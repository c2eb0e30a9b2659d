import type { LayersModel } from '../../core/model/trainableNetwork';
import { layersByName } from '../../core/model/layersModel/layerOfWeight';

/** What a layer's configuration can add to the loss, in TensorFlow.js's and in Keras's spelling. */
const PENALTY = /_?regularizer$/i;
const NAMED = 3;

/** A sentence where layers ask for penalties (L1, L2) in the loss, which training here does not add; else nothing. */
export function penaltyWarnings(topology: LayersModel['topology']): readonly string[] {
  const penalised = [...layersByName(topology)]
    .filter(
      ([, { config, className }]) => className === 'ActivityRegularization' || Object.entries(config).some(isPenalty),
    )
    .map(([name]) => name);
  if (penalised.length === 0) return [];
  const more = penalised.length - NAMED;
  const listed = `${penalised.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    `The penalties on weights or activations that the model asks for (${listed}) are not part of the loss. Weight decay has a similar effect.`,
  ];
}

function isPenalty([key, value]: readonly [string, unknown]): boolean {
  return PENALTY.test(key) && value !== null && value !== undefined;
}
