import { createAttackView } from './attackView';
import { createAttributionView } from './attributionView';
import { named } from './facts';
import { createEmptyView, createErrorView } from './plainViews';
import type { PageState, PanelResult } from './state';
import { verdictOf } from './verdict';
import type { Showing, ViewKind } from './view';

type Plain = Exclude<PageState['content'], { readonly kind: 'results' }>;
type ResultOf<Kind> = PanelResult & { readonly record: { readonly kind: Kind } };

const plainViews: { readonly [Kind in Plain['kind']]: ViewKind<Extract<Plain, { kind: Kind }>> } = {
  empty: { create: createEmptyView, summary: () => '' },
  error: { create: createErrorView, summary: () => '' },
};

const resultViews: { readonly [Kind in PanelResult['record']['kind']]: ViewKind<Showing<ResultOf<Kind>>> } = {
  attribution: {
    create: createAttributionView,
    summary: ({ results: [result] }) => {
      const stage = result?.record.stage;
      return stage === undefined ? `Done: ${named(result?.record.classes[0])}` : `So far, ${stage}`;
    },
  },
  attack: {
    create: createAttackView,
    summary: ({ results }) => results.map(({ record }) => verdictOf(record).sentence).join(' '),
  },
};

/** The view that shows what the page holds, and what of it. */
export function viewOf(content: PageState['content']): { readonly kind: ViewKind<unknown>; readonly shows: unknown } {
  if (content.kind !== 'results') return { kind: plainViews[content.kind] as ViewKind<unknown>, shows: content };
  const { catalog, results, shown } = content;
  const wanted = shown.map((id) => results.get(id)!);
  return {
    kind: resultViews[wanted[0]!.record.kind] as ViewKind<unknown>,
    shows: { catalog, results: wanted } satisfies Showing,
  };
}
