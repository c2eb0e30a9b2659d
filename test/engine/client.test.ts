import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient, EngineClientOptions } from '../../src/engine/process/client';
import { createEngineClient } from '../../src/engine/process/client';
import type { JobProgress } from '../../src/engine/calls/service';
import { CancelledError, UserError } from '../../src/core/errors';
import type { Bundle } from './support/bundle';
import { bundleProgram } from './support/bundle';

let bundle: Bundle;
const clients: EngineClient[] = [];

beforeAll(async () => {
  bundle = await bundleProgram('test/engine/support/scriptedEngine.ts');
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(() => bundle.remove());

function start(options: Partial<EngineClientOptions> = {}) {
  const log: string[] = [];
  const note = (message: string) => void log.push(message);
  const client = createEngineClient({
    enginePath: bundle.file,
    log: { info: note, warn: note, error: note },
    ...options,
  });
  clients.push(client);
  const ask = (path: string, job?: Parameters<EngineClient['predict']>[1], bytes?: Uint8Array) =>
    client.predict({ model: { path: 'none' }, image: { path, ...(bytes ? { bytes } : {}) } }, job) as Promise<unknown>;
  return { client, ask, log };
}

/** What a promise rejects with. */
async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error as Error,
  );
}

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('requests', () => {
  it('start a process only when the first one comes', async () => {
    const { client, ask } = start();
    expect(client.pid).toBeUndefined();
    const { pid } = (await ask('echo')) as { pid: number };
    expect(pid).not.toBe(process.pid);
    expect(client.pid).toBe(pid);
  });

  it('carry typed arrays both ways, of views only what they show', async () => {
    const { client, ask } = start();
    const sent = new Float32Array([1.5, 100, 1e-30, 3]);
    const echoed = (await ask('echo', undefined, new Uint8Array([1, 2, 255]).subarray(1))) as { bytes: Uint8Array };
    expect(Array.from(echoed.bytes)).toEqual([2, 255]);
    const doubled = await client.encode({
      image: { data: sent.subarray(0, 2), height: 1, width: 2, channels: 1 },
      format: 'png',
    });
    expect(doubled).toBeInstanceOf(Uint8Array);
    expect(Array.from(doubled)).toEqual([3, 200]);
  });

  it('report progress to the one who asked, in order', async () => {
    const { ask } = start();
    const seen: JobProgress[] = [];
    const others: JobProgress[] = [];
    await Promise.all([
      ask('progress', { progress: (value) => seen.push(value) }),
      ask('echo', { progress: (value) => others.push(value) }),
    ]);
    expect(seen.map(({ done }) => done)).toEqual([1, 2, 3]);
    expect(others).toEqual([]);
  });
});

describe('failures', () => {
  it('that the user can mend keep code, message and hint', async () => {
    const error = await failureOf(start().ask('user-error'));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'image-unreadable', message: 'It is no image.', hint: 'Choose another.' });
  });

  it('of the program keep the name and stack they had in the engine', async () => {
    const error = await failureOf(start().ask('defect'));
    expect(error).not.toBeInstanceOf(UserError);
    expect(error).toMatchObject({ name: 'TypeError', message: 'the index is wrong' });
    expect(error.stack).toContain('perform');
  });
});

describe('cancelling', () => {
  it('rejects at once, is heard in the engine, and leaves other requests alone', async () => {
    const { client, ask, log } = start();
    await ask('echo');
    const { pid } = client;
    const controller = new AbortController();
    const { signal } = controller;
    const cancelled = failureOf(ask('wait:100000', { signal, progress: () => controller.abort() }));
    const other = ask('wait:200');
    expect(await cancelled).toBeInstanceOf(CancelledError);
    expect(await other).toEqual({ pid });
    await untilTrue(() => log.some((line) => line.includes('heard the cancellation')));
  });

  it('sends nothing for a signal that was aborted before', async () => {
    const { client, ask } = start();
    expect(await failureOf(ask('echo', { signal: AbortSignal.abort() }))).toBeInstanceOf(CancelledError);
    expect(client.pid).toBeUndefined();
  });

  it('ends a process that cannot hear it, and asks the other requests again in a new one', async () => {
    const crashes: Error[] = [];
    const { client, ask } = start({ cancelGraceMilliseconds: 300, onDidCrash: (error) => crashes.push(error) });
    await ask('echo');
    const { pid } = client;
    const controller = new AbortController();
    const blocked = failureOf(ask('block:60000', { signal: controller.signal }));
    const next = ask('echo', undefined, new Uint8Array([7])) as Promise<{ bytes: Uint8Array; pid: number }>;
    setTimeout(() => controller.abort(), 100);
    expect(await blocked).toBeInstanceOf(CancelledError);
    const answer = await next;
    expect(Array.from(answer.bytes)).toEqual([7]);
    expect(answer.pid).not.toBe(pid);
    expect(isAlive(pid!)).toBe(false);
    expect(crashes).toEqual([]);
  });

  it('does not end a process that is busy with an older request that is wanted', async () => {
    const { client, ask } = start({ cancelGraceMilliseconds: 50 });
    await ask('echo');
    const { pid } = client;
    const controller = new AbortController();
    const wanted = ask('block:800');
    const unwanted = failureOf(ask('echo', { signal: controller.signal }));
    controller.abort();
    await Promise.all([wanted, unwanted]);
    expect(client.pid).toBe(pid);
  });
});

describe('the end of the process', () => {
  it.skipIf(process.platform === 'win32')(
    'by a signal fails its requests with a message; the next one works',
    async () => {
      const crashes: UserError[] = [];
      const { client, ask } = start({ onDidCrash: (error) => crashes.push(error) });
      await ask('echo');
      const pid = client.pid!;
      const failures = Promise.all([failureOf(ask('wait:100000')), failureOf(ask('wait:100000'))]);
      process.kill(pid, 'SIGKILL');
      for (const error of await failures) {
        expect(error).toBeInstanceOf(UserError);
        expect(error.message).toMatch(/^The engine process stopped \(killed/);
      }
      expect(crashes).toHaveLength(1);
      const { pid: next } = (await ask('echo')) as { pid: number };
      expect(next).not.toBe(pid);
    },
  );

  it('by its own exit says the status, and its last words are in the log', async () => {
    const { ask, log } = start();
    expect((await failureOf(ask('exit:3'))).message).toContain('exit code 3');
    expect(log.join('\n')).toContain('last words');
  });

  it('for want of memory says so and names the limit', async () => {
    const { ask } = start({ memoryLimitMegabytes: 64 });
    const error = await failureOf(ask('fill-memory'));
    expect(error.message).toContain('limit of 64 MB');
  });

  it('while idle is not noticed by the next request', async () => {
    const { client, ask } = start();
    await ask('echo');
    process.kill(client.pid!, 'SIGTERM');
    await untilTrue(() => client.pid === undefined);
    await expect(ask('echo')).resolves.toBeDefined();
  });

  it('at the start, for want of the program, is a message', async () => {
    const { ask } = start({ enginePath: `${bundle.folder}/absent.js` });
    expect((await failureOf(ask('echo'))).message).toContain('exit code 1');
  });
});

describe('restart and dispose', () => {
  it('cancel what runs; after a restart the next request works, after dispose none', async () => {
    const { client, ask } = start();
    await ask('echo');
    const { pid } = client;
    const running = failureOf(ask('wait:100000'));
    await client.restart();
    expect(await running).toBeInstanceOf(CancelledError);
    expect(isAlive(pid!)).toBe(false);
    const { pid: next } = (await ask('echo')) as { pid: number };
    await client.dispose();
    expect(isAlive(next)).toBe(false);
    expect(await failureOf(ask('echo'))).toBeInstanceOf(CancelledError);
  });
});

it('an engine process ends by itself when its parent lets go of it', async () => {
  const child = fork(bundle.file, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  await once(child, 'spawn');
  const exit = once(child, 'exit');
  child.disconnect();
  expect(await exit).toEqual([0, null]);
});
