import { describe, expect, it } from 'vitest';
import type { PageRequest } from '../../src/protocol/panel';
import { type Asking, Requests } from '../../webview-ui/requests';

const attribute = (method: string): Asking => ({
  type: 'attribute',
  of: 'result-1',
  request: { method, objective: 'logit', parameters: {} },
});
const attack: Asking = { type: 'attack', of: 'result-1', request: { attack: 'fgsm', parameters: {}, live: true } };
const done = { kind: 'done' } as const;

function makeRequests(page = 'page') {
  const sent: PageRequest[] = [];
  return { sent, requests: new Requests(page, (message) => void sent.push(message)) };
}

describe('requests of a page', () => {
  it('have a name each, also over reloads, and say what they are of', () => {
    const [before, after] = [makeRequests('1'), makeRequests('2')];
    for (const { requests } of [before, after])
      for (const method of ['gradient', 'occlusion']) void requests.ask(attribute(method));
    const sent = [...before.sent, ...after.sent];
    expect(new Set(sent.map(({ id }) => id)).size).toBe(4);
    expect(sent[1]).toEqual({ ...attribute('occlusion'), id: sent[1]!.id });
  });

  it('settle by their names with what became of them, whatever order the answers have', async () => {
    const { sent, requests } = makeRequests();
    const ends = [requests.ask(attribute('gradient')), requests.ask(attack)];
    requests.answered(sent[1]!.id, { kind: 'failed', error: { message: 'It failed.', hint: 'Try again.' } });
    requests.answered(sent[0]!.id, { kind: 'cancelled' });
    expect(await Promise.all(ends)).toEqual(['cancelled', 'failed']);
  });

  it('are outdated once another of their kind was made, and by no other', async () => {
    const { sent, requests } = makeRequests();
    const first = requests.ask(attribute('gradient'));
    void requests.ask(attack);
    expect(requests.isOutdated(sent[0]!.id)).toBe(false);
    const second = requests.ask(attribute('occlusion'));
    expect(sent.map(({ id }) => requests.isOutdated(id))).toEqual([true, false, false]);
    requests.answered(sent[0]!.id, done);
    requests.answered(sent[2]!.id, done);
    expect(await Promise.all([first, second])).toEqual(['outdated', 'done']);
  });

  it('know nothing of requests that others made', () => {
    const { sent, requests } = makeRequests();
    void requests.ask(attribute('gradient'));
    requests.answered('host-1', done);
    expect(requests.isOutdated('host-1')).toBe(false);
    expect(requests.isOutdated(undefined)).toBe(false);
    requests.whenFree('attribute', () => void requests.ask(attribute('occlusion')));
    expect(sent).toHaveLength(1);
  });

  it('of a slider wait for the answer, and of those that wait the last is made', () => {
    const { sent, requests } = makeRequests();
    const made: number[] = [];
    const move = (position: number) =>
      requests.whenFree('attack', () => {
        made.push(position);
        void requests.ask(attack);
      });
    for (const position of [1, 2, 3]) move(position);
    expect(made).toEqual([1]);
    requests.answered(sent[0]!.id, { kind: 'failed', error: { message: 'It failed.', hint: 'Try again.' } });
    expect(made).toEqual([1, 3]);
    move(4);
    // It rests: what waits is older than that.
    void requests.ask(attack);
    requests.answered(sent[1]!.id, done);
    requests.answered(sent[2]!.id, done);
    expect(made).toEqual([1, 3]);
    move(5);
    expect(made).toEqual([1, 3, 5]);
    move(6);
    requests.forgetWaiting();
    requests.answered(sent[3]!.id, done);
    expect(made).toEqual([1, 3, 5]);
  });
});
