import type { PanelState } from '../src/protocol/panel';
import { createAttackView } from './attackView';
import { createAttributionView } from './attributionView';
import { named } from './facts';
import { createEmptyView, createErrorView } from './plainViews';
import { verdictOf } from './verdict';
import type { View, ViewContext } from './view';

/** How the panel shows one kind of state. */
interface ViewKind<State extends PanelState> {
  readonly create: (context: ViewContext) => View<State>;
  /** One sentence for who does not see the page; '': nothing to say. */
  readonly summary: (state: State) => string;
}

type ViewKinds = { readonly [Kind in PanelState['kind']]: ViewKind<Extract<PanelState, { kind: Kind }>> };

const kinds: ViewKinds = {
  empty: { create: createEmptyView, summary: () => '' },
  error: { create: createErrorView, summary: () => '' },
  attribution: {
    create: createAttributionView,
    summary: ({ result }) => `Done: ${named(result.record.classes[0])}`,
  },
  attack: { create: createAttackView, summary: ({ result }) => verdictOf(result.record).sentence },
};

/** The view that shows states of this kind. */
export function viewKindOf({ kind }: PanelState): ViewKind<PanelState> {
  return kinds[kind] as unknown as ViewKind<PanelState>;
}
