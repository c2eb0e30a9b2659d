import { list, object } from '../core/schema/kinds';
import { count, measured, whole } from '../core/schema/numbers';
import type { Of } from '../core/schema/schema';

const MOST_CHANNELS = 16;
const place = whole(0, 1e5);
const channels = list(measured, MOST_CHANNELS);

/** One model pixel under the pointer or the keyboard's cursor. */
export const probe = object({
  row: place,
  column: place,
  /** Channels of the input, in [0, 1]. */
  pixel: channels,
  /** Raw map, a channel each; for attacks the perturbation. */
  value: channels,
  /** Rank of the shown (reduced) value by magnitude, 1 = largest, of `count`. */
  rank: count,
  count,
});

export type Probe = Of<typeof probe>;
