import type { MethodCatalog } from '../src/engine/calls/service';
import type { FromPanel, PageRequest } from '../src/protocol/panel';
import type { Requests } from './requests';
import type { SavedState } from './savedState';
import type { PanelResult } from './state';

/** A page for one kind of content: made once, then updated in place so that focus and sliders stay. */
export interface View<Content> {
  readonly element: HTMLElement;
  update(content: Content): void;
  dispose(): void;
}

/** What a view of results shows. */
export interface Showing<Result extends PanelResult = PanelResult> {
  readonly catalog: MethodCatalog;
  /** At least one. */
  readonly results: readonly Result[];
}

/** How the panel shows one kind of content. */
export interface ViewKind<Content> {
  readonly create: (context: ViewContext) => View<Content>;
  /** One sentence for who does not see the page; '': nothing to say. */
  readonly summary: (content: Content) => string;
}

/** What a view may use of the page around it. */
export interface ViewContext {
  readonly requests: Pick<Requests, 'ask' | 'whenFree'>;
  readonly post: (message: Exclude<FromPanel, PageRequest>) => void;
  readonly saved: () => SavedState;
  readonly save: (change: Partial<SavedState>) => void;
}
