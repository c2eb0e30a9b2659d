import type { Picture, RawMap } from '../../../src/core/image/pixels';
import { choice, object } from '../../../src/core/schema/kinds';
import type { Of } from '../../../src/core/schema/schema';
import type { WatchedMaps } from '../../../src/training/run/contents';

/** The steps from what was summed in training to the map that is shown; each changes one thing and has a name. */
export const integratedView = object({
  total: choice(['sum', 'mean']),
  values: choice(['signed', 'absolute']),
  product: choice(['raw', 'times-input']),
});
export type IntegratedView = Of<typeof integratedView>;

/**
 * The training-integrated map: Σₙ ∂J/∂a, or of magnitudes Σₙ |∂J/∂a|; divided by the number of configurations for the mean; times
 * the pixels a in [0, 1] where asked. Undefined if the picture has another shape than the map.
 */
export function integratedMap(maps: WatchedMaps, picture: Picture, view: IntegratedView): RawMap | undefined {
  const source = view.values === 'signed' ? maps.integrated : maps.integratedAbsolute;
  const share = view.total === 'mean' ? 1 / Math.max(1, maps.count) : 1;
  if (view.product === 'raw') return { ...source, data: source.data.map((value) => value * share) };
  const isSameShape =
    picture.height === source.height && picture.width === source.width && picture.channels === source.channels;
  if (!isSameShape) return undefined;
  return { ...source, data: source.data.map((value, index) => value * share * (picture.data[index]! / 255)) };
}

/** The formula of what is shown. */
export function integratedFormula({ total, values, product }: IntegratedView): string {
  const term = values === 'signed' ? '∂J(O(a; θₙ), y)/∂a' : '|∂J(O(a; θₙ), y)/∂a|';
  const summed = total === 'sum' ? `Σₙ ${term}` : `1/N · Σₙ ${term}`;
  return product === 'raw' ? summed : `(${summed}) ∘ a`;
}
