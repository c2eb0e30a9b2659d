import { attackViewKind } from './attack/attackView';
import { attributionViewKind } from './attribution/attributionView';
import { emptyViewKind, errorViewKind } from './plain/plainViews';
import type { PageState, PanelResult } from './state';
import type { Showing, ViewKind } from './view';

type Plain = Exclude<PageState['content'], { readonly kind: 'results' }>;
type ResultOf<Kind> = Extract<PanelResult, { readonly record: { readonly kind: Kind } }>;

const plainViews: { readonly [Kind in Plain['kind']]: ViewKind<Extract<Plain, { kind: Kind }>> } = {
  empty: emptyViewKind,
  error: errorViewKind,
};

const resultViews: { readonly [Kind in PanelResult['record']['kind']]: ViewKind<Showing<ResultOf<Kind>>> } = {
  attribution: attributionViewKind,
  attack: attackViewKind,
};

/** The view that shows what the page holds, and what of it. */
export function viewOf(content: PageState['content']): { readonly kind: ViewKind<unknown>; readonly shows: unknown } {
  if (content.kind !== 'results') return { kind: plainViews[content.kind] as ViewKind<unknown>, shows: content };
  const { catalog, results, shown } = content;
  const wanted = shown.map((id) => results.get(id)!);
  const shows: Showing = { catalog, results: wanted };
  return { kind: resultViews[wanted[0]!.record.kind] as ViewKind<unknown>, shows };
}
