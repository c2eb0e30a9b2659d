import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { LogOutputChannel } from 'vscode';
import { Uri } from 'vscode';
import { CancelledError, UserError } from '../../src/core/errors';
import type { AttributeRequest, AttributionResult, Job, MethodCatalog } from '../../src/engine/calls/service';
import type { EngineHost } from '../../src/extension/engineHost';
import { subjectOf } from '../../src/extension/images/subject';
import type { ModelChoice } from '../../src/extension/models/modelChoice';
import { PanelSession } from '../../src/extension/panel/panelSession';
import type { Result } from '../../src/extension/results/resultFiles';
import type { PageRequest, PanelAttack, ToPanel } from '../../src/protocol/panel';
import { attributionResult } from './support/results';

/** A call that the engine was asked and has not answered. */
interface Asked {
  readonly request: AttributeRequest & { readonly attack?: string };
  readonly job: Job;
  readonly answer: (result: AttributionResult) => void;
  readonly fail: (error: Error) => void;
}

/** An engine that answers when it is told to, and what a page hears meanwhile. */
function makeSession() {
  const asked: Asked[] = [];
  const posted: ToPanel[] = [];
  const stored: Result[] = [];
  const models = { active: model('first') };
  const catalog: MethodCatalog = { attribution: [], attack: [], metric: [] };
  const ask = (request: AttributeRequest, job: Job) =>
    new Promise<AttributionResult>((answer, fail) => {
      job.signal?.throwIfAborted();
      job.signal?.addEventListener('abort', () => fail(new CancelledError()));
      asked.push({ request, job, answer, fail });
    });
  const engine = {
    calls: { attribute: ask, attack: ask },
    catalog: async () => catalog,
    knownCatalog: async () => catalog,
  } as unknown as EngineHost;
  const session = new PanelSession({
    engine,
    log: { warn: () => undefined, error: () => undefined } as unknown as LogOutputChannel,
    activeModel: () => models.active,
    modelOf: ({ path }) => model(path),
    store: async (result) => void stored.push(result),
    changedSince: async () => undefined,
    chooseCheckpoints: async () => undefined,
    modelUsed: () => undefined,
  });
  session.onDidPost((message) => posted.push(message));
  /** The call that is asked next, at the latest in a few turns. */
  const next = async (): Promise<Asked> => {
    for (let wait = 0; asked.length === 0 && wait < 50; wait++) await turn();
    const call = asked.shift();
    assert.ok(call, 'the engine was asked nothing');
    return call;
  };
  return { session, posted, stored, models, asked, next };
}

function model(path: string): ModelChoice {
  return { id: path, name: path, source: 'remembered', reference: { path } };
}

const sandal = subjectOf(Uri.file('/pictures/sandal.png'));
const bag = subjectOf(Uri.file('/pictures/bag.png'));
const resultOf = (id: string, name = 'sandal.png'): AttributionResult => {
  const { record, ...result } = attributionResult(id);
  return { ...result, record: { ...record, image: { ...record.image, name, path: `/pictures/${name}`, hash: name } } };
};

const request = (id: string, of: string, classIndex?: number): PageRequest => ({
  type: 'attribute',
  id,
  of,
  request: { method: 'gradient', objective: 'logit', parameters: {}, ...(classIndex !== undefined && { classIndex }) },
});
const attack = (live: boolean): PanelAttack => ({ attack: 'fgsm', parameters: {}, live });

/** Each answered request with what became of it, in the order of the answers. */
const answers = (posted: readonly ToPanel[]) =>
  posted.flatMap((message) => (message.type === 'answer' ? [[message.id, message.outcome.kind]] : []));
const brought = (posted: readonly ToPanel[]) =>
  posted.flatMap((message) => (message.type === 'state' || message.type === 'change' ? [message.request] : []));

describe('requests of the panel', () => {
  /** A session that shows a result of the sandal. */
  async function showing() {
    const made = makeSession();
    const run = made.session.attribute(sandal);
    (await made.next()).answer(resultOf('a'));
    await run;
    made.posted.length = 0;
    return made;
  }

  it('are answered once each: done, failed with what to do, cancelled', async () => {
    const { session, posted, next } = await showing();
    const first = session.answer(request('page-1', 'a'));
    (await next()).answer(resultOf('b'));
    await first;
    const second = session.answer(request('page-2', 'b'));
    (await next()).fail(new UserError('parameter', 'It failed.', 'Ask otherwise.'));
    await second;
    const third = session.answer(request('page-3', 'b'));
    await next();
    session.cancel('page-3');
    session.cancel('page-3');
    await third;
    assert.deepEqual(answers(posted), [
      ['page-1', 'done'],
      ['page-2', 'failed'],
      ['page-3', 'cancelled'],
    ]);
    assert.deepEqual(brought(posted), ['page-1']);
    const failed = posted.find((message) => message.type === 'answer' && message.outcome.kind === 'failed');
    assert.deepEqual(failed, {
      type: 'answer',
      id: 'page-2',
      outcome: { kind: 'failed', error: { message: 'It failed.', hint: 'Ask otherwise.' } },
    });
    assert.equal(session.result?.record.id, 'b');
  });

  it('give way to the next, whose result alone is shown', async () => {
    const { session, posted, stored, next } = await showing();
    const runs = [session.answer(request('page-1', 'a'))];
    await next();
    runs.push(session.answer(request('page-2', 'a')));
    (await next()).answer(resultOf('b'));
    await Promise.all(runs);
    assert.deepEqual(answers(posted), [
      ['page-1', 'cancelled'],
      ['page-2', 'done'],
    ]);
    assert.deepEqual(brought(posted), ['page-2']);
    await turn();
    assert.deepEqual(
      stored.map(({ record }) => record.id),
      ['a', 'b'],
    );
  });

  it('are cancelled by name: what runs now is not what a late Cancel meant', async () => {
    const { session, posted, next } = await showing();
    const runs = [session.answer(request('page-1', 'a'))];
    await next();
    runs.push(session.answer(request('page-2', 'a')));
    session.cancel('page-1');
    (await next()).answer(resultOf('b'));
    await Promise.all(runs);
    assert.deepEqual(answers(posted).at(-1), ['page-2', 'done']);
  });

  it('go on when the page is loaded again, which hears of them and can cancel them', async () => {
    const { session, posted, next } = await showing();
    const run = session.answer(request('page-1', 'a'));
    await next();
    const [state, busy, ...more] = session.messagesForNewPage();
    assert.deepEqual([state?.type, busy?.type, more], ['state', 'busy', []]);
    assert.ok(busy?.type === 'busy');
    session.cancel(busy.id);
    await run;
    assert.deepEqual(answers(posted), [['page-1', 'cancelled']]);
    assert.equal(session.messagesForNewPage().length, 1);
  });

  it('of a page that does not know yet of another picture are cancelled, and the picture comes', async () => {
    const { session, posted, next, asked } = await showing();
    const run = session.attribute(bag);
    (await next()).answer(resultOf('b', 'bag.png'));
    await run;
    await session.answer(request('page-1', 'a'));
    assert.deepEqual(answers(posted).at(-1), ['page-1', 'cancelled']);
    assert.equal(asked.length, 0);
    assert.equal(session.result?.record.image.name, 'bag.png');
  });

  it('while another picture is on its way are about the one that is shown', async () => {
    const { session, posted, next } = await showing();
    const runs = [session.attribute(bag)];
    assert.match((await next()).request.image.path, /bag\.png$/);
    runs.push(session.answer(request('page-1', 'a', 3)));
    const { request: asked, answer } = await next();
    assert.match(asked.image.path, /sandal\.png$/);
    assert.equal(asked.class, 3);
    answer(resultOf('b'));
    await Promise.all(runs);
    assert.deepEqual(answers(posted).map(([, outcome]) => outcome), ['cancelled', 'done']); // prettier-ignore
  });

  it('take no class to another model than the one that the page shows', async () => {
    const { session, models, next } = await showing();
    models.active = model('second');
    const change = session.retry({ modelChanged: true });
    (await next()).fail(new UserError('model-unreadable', 'No.', 'Yes.'));
    await change;
    assert.equal(session.result?.record.id, 'a');
    const run = session.answer(request('page-1', 'a', 3));
    const { request: asked, answer } = await next();
    assert.deepEqual([asked.model.path, asked.method, asked.class], ['second', 'gradient', undefined]);
    answer(resultOf('b'));
    await run;
    const again = session.answer(request('page-2', 'b', 3));
    const call = await next();
    assert.equal(call.request.class, 3);
    call.answer(resultOf('c'));
    await again;
  });

  it('of a result whose picture is not known say so', async () => {
    const { session, posted } = makeSession();
    const stored = resultOf('a');
    const { path, ...image } = stored.record.image;
    assert.ok(path);
    await session.open({ ...stored, record: { ...stored.record, image } });
    await session.answer(request('page-1', 'a'));
    const answer = posted.at(-1);
    assert.ok(answer?.type === 'answer' && answer.outcome.kind === 'failed');
    assert.match(answer.outcome.error.message, /not known where the picture/);
  });

  it('show each stage, and stopped keep the last, which says that it is one', async () => {
    const { session, posted, stored, next } = await showing();
    const run = session.answer(request('page-1', 'a'));
    const { job } = await next();
    const stage = (words: string): AttributionResult => {
      const result = resultOf('b');
      return { ...result, record: { ...result.record, stage: words } };
    };
    job.partial?.(stage('after 50 steps, delta 4 %'));
    job.partial?.(stage('after 100 steps, delta 2 %'));
    session.cancel('page-1');
    await run;
    job.partial?.(stage('after 200 steps, delta 1 %'));
    await turn();
    const record = session.result?.record;
    assert.ok(record?.kind === 'attribution');
    assert.equal(record.stage, 'after 100 steps, delta 2 %');
    assert.deepEqual(brought(posted), ['page-1', 'page-1']);
    assert.deepEqual(answers(posted), [['page-1', 'cancelled']]);
    assert.deepEqual(stored.at(-1)?.record, record);
    assert.equal(stored.length, 2);
  });

  it('take the last result over its stages, and keep it alone', async () => {
    const { session, posted, stored, next } = await showing();
    const run = session.answer(request('page-1', 'a'));
    const { job, answer } = await next();
    const result = resultOf('b');
    job.partial?.({ ...result, record: { ...result.record, stage: 'after 50 steps' } });
    answer(result);
    await run;
    await turn();
    assert.deepEqual(answers(posted), [['page-1', 'done']]);
    assert.deepEqual(session.result, result);
    assert.deepEqual(stored.map(({ record }) => record.id), ['a', 'b']); // prettier-ignore
    assert.deepEqual(stored.at(-1), result);
  });

  it('of a slider are neither announced nor kept', async () => {
    const { session, posted, stored, next } = await showing();
    const run = session.answer({ type: 'attack', id: 'page-1', of: 'a', request: attack(true) });
    (await next()).answer(resultOf('b'));
    await run;
    await turn();
    assert.deepEqual(posted.filter(({ type }) => type === 'busy'), []); // prettier-ignore
    assert.deepEqual(answers(posted), [['page-1', 'done']]);
    assert.deepEqual(stored.map(({ record }) => record.id), ['a']); // prettier-ignore
  });
});
