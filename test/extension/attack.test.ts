import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { PanelAttack } from '../../src/protocol/panel';
import { subjectOf } from '../../src/extension/images/subject';
import type { TestApi } from '../../src/extension/testApi';
import { api, closePanel, execute, sample, shown, until } from './support/host';

describe('attack', () => {
  let host: TestApi;
  before(async () => {
    host = await api();
  });
  after(() => closePanel(host));

  const attack = (epsilon: number, live: boolean): PanelAttack => ({ attack: 'fgsm', parameters: { epsilon }, live });

  it('changes no pixel by more than ε and is stored', async () => {
    await execute('gradientLens.runAttack', sample(), 'fgsm');
    const { result } = shown(host, 'attack');
    const { record, input, adversarial } = result;
    assert.equal(record.epsilon, 0.01);
    assert.deepEqual([record.goal.direction, record.goal.label.name.toLowerCase()], ['away', 'sandal']);
    const changes = input.data.map((value, index) => Math.abs(adversarial.data[index]! - value));
    assert.ok(Math.abs(Math.max(...changes) - 0.01) < 1e-6);
    await until(async () => (await host.store.list())[0]?.record.id === record.id, 'the result to be stored');
  });

  it('follows a slider, the last position first, and stores only where it rests', async () => {
    const session = host.panels.session!;
    const before = (await host.store.list()).length;
    const seen: (number | undefined)[] = [];
    const listener = session.onDidChangeState((state) => {
      if (state.kind === 'attack') seen.push(state.result.record.epsilon);
    });
    const positions = Array.from({ length: 20 }, (_, index) => (index + 1) / 100);
    await Promise.all(positions.map((epsilon) => session.attack(subjectOf(sample()), attack(epsilon, true))));
    await until(() => seen.at(-1) === 0.2, 'the last position');
    listener.dispose();
    assert.ok(seen.length < positions.length, `computed ${seen.length} of ${positions.length}`);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a! - b!),
    );
    await delay(200);
    assert.equal((await host.store.list()).length, before);

    await session.attack(subjectOf(sample()), attack(0.2, false));
    // What it takes the place of may go: a control that moves leaves nothing behind.
    const newest = async () => (await host.store.list())[0]?.record;
    await until(async () => {
      const record = await newest();
      return record?.kind === 'attack' && record.epsilon === 0.2;
    }, 'the resting position to be stored');
    assert.ok((await host.store.list()).length <= before + 1);
    assert.equal(shown(host, 'attack').result.record.epsilon, 0.2);
  });

  it('is not shown when it was cancelled', async () => {
    const { record } = shown(host, 'attack').result;
    await execute('gradientLens.restartEngine');
    const run = execute('gradientLens.runAttack', sample('bag.png'), 'fgsm');
    await until(() => host.engine.pid !== undefined, 'the engine');
    await execute('gradientLens.cancel');
    await run;
    assert.equal(shown(host, 'attack').result.record.id, record.id);
  });
});
