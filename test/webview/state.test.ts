import { describe, expect, it } from 'vitest';
import type { AttributionResult } from '../../src/engine/calls/service';
import { changeBetween } from '../../src/protocol/change';
import { afterChange, INITIAL_PAGE, type PageState, withNewest, withResult, withState } from '../../webview-ui/state';
import { attributionResult, tinyMap, tinyPicture } from './support/results';

const catalog = { attribution: [], attack: [], metric: [] };
const result = (id: string, stage?: string): Promise<AttributionResult> =>
  attributionResult({ picture: tinyPicture, map: tinyMap, record: { id, ...(stage !== undefined && { stage }) } });
const holding = (first: AttributionResult): PageState =>
  withState(INITIAL_PAGE, { kind: 'attribution', catalog, result: first });

function held({ content }: PageState) {
  if (content.kind !== 'results') throw new Error('The page holds no results.');
  return content;
}
const ids = (page: PageState) => [...held(page).results.keys()];

describe('the results of a picture that the page holds', () => {
  it('are by id, and the ones that are shown are those that were not overtaken', async () => {
    const first = holding(await result('a'));
    const second = withResult(first, held(first), await result('b'), false);
    const third = withResult(second, held(second), await result('c'), true);
    expect(ids(third)).toEqual(['a', 'b', 'c']);
    expect([first, second, third].map((page) => held(page).shown)).toEqual([['a'], ['b'], ['b']]);
    expect(held(withNewest(third)).shown).toEqual(['c']);
    expect(withNewest(second)).toBe(second);
  });

  it('may be several at once; the oldest that is not shown goes first', async () => {
    const first = holding(await result('0'));
    let page = first;
    for (let next = 1; next < 8; next++) page = withResult(page, held(page), await result(String(next)), false);
    const both: PageState = { ...page, content: { ...held(page), shown: ['0', '7'] } };
    const more = withResult(both, held(both), await result('8'), true);
    expect(ids(more)).toEqual(['0', '2', '3', '4', '5', '6', '7', '8']);
    expect(held(more).shown).toEqual(['0', '7']);
    expect(ids(withState(more, { kind: 'attribution', catalog, result: await result('z') }))).toEqual(['z']);
  });

  it('are each what a change can be of, in the stage that it has', async () => {
    const [a, b, early, late] = [await result('a'), await result('b'), await result('c', 'after 2'), await result('c')];
    let page = holding(a);
    for (const next of [b, early]) page = withResult(page, held(page), next, false);
    const afterA = afterChange(page.content, { type: 'change', kind: 'attribution', change: changeBetween(a, b)! });
    expect(afterA).toMatchObject({ kind: 'attribution', result: { record: { id: 'b' }, map: b.map } });
    const last = { type: 'change', kind: 'attribution', change: changeBetween(early, late)! } as const;
    expect(afterChange(page.content, last)).toMatchObject({ result: { record: { id: 'c' } } });
    page = withResult(page, held(page), late, false);
    expect(ids(page)).toEqual(['a', 'b', 'c']);
    // It has the last one now, and no stage of it.
    expect(afterChange(page.content, last)).toBeUndefined();
  });
});
