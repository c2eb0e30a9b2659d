import { choice } from '../core/schema/kinds';
import type { Of } from '../core/schema/schema';

/** What of the watched images is kept in frames. */
export const frameMapKind = choice(['gradient-x-input', 'loss-gradient']);
export type FrameMapKind = Of<typeof frameMapKind>;
