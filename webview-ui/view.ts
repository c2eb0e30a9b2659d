import type { FromPanel } from '../src/protocol/panel';
import type { SavedState } from './savedState';

/** A page for one kind of state: made once, then updated in place so that focus and sliders stay. */
export interface View<State> {
  readonly element: HTMLElement;
  update(state: State): void;
  /** The request that ran has ended without a new state. */
  settled(): void;
  dispose(): void;
}

/** What a view may use of the page around it. */
export interface ViewContext {
  readonly post: (message: FromPanel) => void;
  readonly saved: () => SavedState;
  readonly save: (change: Partial<SavedState>) => void;
}
