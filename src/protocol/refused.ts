import { literal, object, text } from '../core/schema/kinds';

/** The page got a message that is none; for the log. */
export const refused = object({ type: literal('refused'), reason: text() });
