import type { AttackResult, AttributionResult, JobProgress, MethodCatalog } from '../src/engine/calls/service';
import { changed } from '../src/protocol/change';
import type { PanelError, PanelState, ToPanel } from '../src/protocol/panel';

export type PanelResult = AttributionResult | AttackResult;

type ResultState = Extract<PanelState, { readonly result: unknown }>;

/** Results of one picture and model by id, oldest first, and those of them that are shown. */
export interface HeldResults {
  readonly kind: 'results';
  readonly catalog: MethodCatalog;
  readonly results: ReadonlyMap<string, PanelResult>;
  readonly shown: readonly string[];
}

/** What the page shows beside the user's settings, and what happens to it. */
export interface PageState {
  readonly content: Exclude<PanelState, { readonly result: unknown }> | HeldResults;
  readonly work: Work;
  /** A failed request, until it is dismissed or another result comes. */
  readonly failure: PanelError | undefined;
}

export type Work =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'busy';
      readonly id: string;
      readonly title: string;
      readonly progress: JobProgress | undefined;
      /** Something of it is shown already, which stays when it is stopped. */
      readonly hasStage: boolean;
    };

export const INITIAL_PAGE: PageState = { content: { kind: 'empty' }, work: { kind: 'idle' }, failure: undefined };

/** So many results are held at most. */
const MOST_HELD = 8;

/** What a change makes of the result that it is of, still to be checked; undefined where the page has no such result. */
export function afterChange(content: PageState['content'], { kind, change }: ToPanel & { type: 'change' }): unknown {
  if (content.kind !== 'results') return undefined;
  for (const held of content.results.values()) {
    const result = changed(held, change);
    if (result) return { kind, catalog: content.catalog, result };
  }
  return undefined;
}

/** The page with a request under way, of which there is news. */
export function withBusy(page: PageState, { id, title, progress }: ToPanel & { type: 'busy' }): PageState {
  const { work } = page;
  const hasStage = work.kind === 'busy' && work.id === id && work.hasStage;
  return { ...page, work: { kind: 'busy', id, title, progress, hasStage } };
}

/** The page when `request` has brought something and still runs. */
export function withStage(page: PageState, request: string | undefined): PageState {
  const { work } = page;
  return work.kind === 'busy' && work.id === request ? { ...page, work: { ...work, hasStage: true } } : page;
}

/** The page with a state in place of all that it held. */
export function withState(page: PageState, state: PanelState): PageState {
  if (!('result' in state)) return { ...page, content: state, failure: undefined };
  const { catalog, result } = state;
  const { id } = result.record;
  const content: HeldResults = { kind: 'results', catalog, results: new Map([[id, result]]), shown: [id] };
  return { ...page, content, failure: undefined };
}

/** Whether a state that was overtaken is of what the page holds, so that what is shown may stay. */
export function isOfHeld(content: PageState['content'], { result }: ResultState): content is HeldResults {
  if (content.kind !== 'results') return false;
  const [held] = content.results.values();
  const { image, model } = result.record;
  return held?.record.image.hash === image.hash && held.record.model.hash === model.hash;
}

/** The page with another result of what it holds; it takes the place of what is shown unless it `isOutdated`. */
export function withResult(page: PageState, held: HeldResults, result: PanelResult, isOutdated: boolean): PageState {
  const { id } = result.record;
  const shown = isOutdated ? held.shown : [id];
  const others = [...held.results].filter(([other]) => other !== id);
  const surplus = Math.max(0, others.length + 1 - MOST_HELD);
  const gone = others.filter(([other]) => !shown.includes(other)).slice(0, surplus);
  return {
    ...page,
    content: { ...held, results: new Map([...others.filter((other) => !gone.includes(other)), [id, result]]), shown },
    ...(isOutdated ? {} : { failure: undefined }),
  };
}

/** The page with the newest of its results, which is the one that the host shows. */
export function withNewest(page: PageState): PageState {
  const { content } = page;
  if (content.kind !== 'results') return page;
  const newest = [...content.results.keys()].at(-1)!;
  return content.shown.includes(newest) ? page : { ...page, content: { ...content, shown: [newest] } };
}
