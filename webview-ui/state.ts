import type { JobProgress } from '../src/engine/calls/service';
import { changed } from '../src/protocol/change';
import type { PanelError, PanelState, ToPanel } from '../src/protocol/panel';

/** What the page shows beside the user's settings: the host's state and what happens to it. */
export interface PageState {
  readonly shown: PanelState;
  readonly work: Work;
  /** A failed request, until it is dismissed or another result comes. */
  readonly failure: PanelError | undefined;
}

export type Work =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly title: string; readonly progress: JobProgress | undefined };

export const INITIAL_PAGE: PageState = { shown: { kind: 'empty' }, work: { kind: 'idle' }, failure: undefined };

/** The state that a change makes of what is shown, still to be checked; undefined where it is a change of something else. */
export function afterChange(shown: PanelState, { kind, change }: ToPanel & { type: 'change' }): unknown {
  if (!('result' in shown)) return undefined;
  const result = changed(shown.result, change);
  return result && { kind, catalog: shown.catalog, result };
}

/** The page after a message of the host. */
export function advance(page: PageState, message: Exclude<ToPanel, { type: 'change' }>): PageState {
  switch (message.type) {
    case 'state':
      return { shown: message.state, work: { kind: 'idle' }, failure: undefined };
    case 'busy':
      return { ...page, work: { kind: 'busy', title: message.title, progress: message.progress } };
    case 'idle':
      return { ...page, work: { kind: 'idle' } };
    case 'failed':
      return { ...page, work: { kind: 'idle' }, failure: message.error };
  }
}
