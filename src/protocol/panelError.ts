import { object, text } from '../core/schema/kinds';
import type { Of } from '../core/schema/schema';

/** What went wrong, and what to do next. */
export const panelError = object({ message: text(), hint: text() });

export type PanelError = Of<typeof panelError>;
