import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/core/errors';
import { FASHION_MNIST_FILES } from '../../../src/training/data/fashionMnist';
import { fetchFashionMnist, type Publication } from '../../../src/training/data/fetchFashionMnist';
import { hasSharedData, noise, readShared, userErrorOf } from '../../formats/pictures/shared';
import { temporaryFolder, write } from './files';

const root = temporaryFolder();
let folders = 0;
const folder = () => path.join(root, 'deep', `get${folders++}`);

const CONTENTS = new Map([
  ['one.gz', Buffer.from(noise(300_000, 1))],
  ['two.gz', Buffer.from(noise(5_000, 2))],
]);
const FILES = [...CONTENTS].map(([name, content]) => ({
  name,
  bytes: content.length,
  md5: createHash('md5').update(content).digest('hex'),
}));

type Answer = (content: Buffer, request: IncomingMessage, response: ServerResponse) => void;

const whole: Answer = (content, _, response) => response.end(content);

/** As servers do that know ranges. */
const ranges: Answer = (content, request, response) => {
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (from === undefined) return void response.end(content);
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  response.writeHead(206, { 'Content-Range': range }).end(content.subarray(Number(from)));
};

/** Breaks off after `length` bytes of the whole file. */
const breaking =
  (length: number): Answer =>
  (content, _, response) => {
    response.writeHead(200, { 'Content-Length': content.length });
    response.write(content.subarray(0, length), () => setTimeout(() => response.destroy(), 20));
  };

const altered: Answer = (content, _, response) => response.end(Buffer.concat([Buffer.from('x'), content.subarray(1)]));
const refusing: Answer = (_, __, response) => response.writeHead(404).end('no such file');

/** A server on this machine; says which ranges it was asked for. */
async function serve(answer: Answer): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = path.posix.basename(request.url ?? '');
    asked.push(`${name} ${request.headers.range ?? 'all'}`);
    answer(CONTENTS.get(name)!, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

const from = (...servers: readonly { address: string }[]): Publication => ({
  files: FILES,
  addresses: servers.map(({ address }) => address),
});

function expectComplete(target: string) {
  expect(readdirSync(target).sort()).toEqual(['one.gz', 'two.gz']);
  for (const [name, content] of CONTENTS) expect(readFileSync(path.join(target, name)).equals(content)).toBe(true);
}

describe('fetching', () => {
  it('fetches into a new folder, with progress in bytes, and nothing twice', async () => {
    const server = await serve(whole);
    const target = folder();
    const seen: number[] = [];
    expect(await fetchFashionMnist(target, { progress: (done) => seen.push(done) }, from(server))).toBe(target);
    expectComplete(target);
    expect(seen.at(-1)).toBe(305_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await fetchFashionMnist(target, {}, from(server));
    expect(server.asked).toEqual(['one.gz all', 'two.gz all']);
  });

  it('goes on where an attempt broke off', async () => {
    const target = folder();
    const broken = await serve(breaking(100_000));
    const error = await userErrorOf(() => fetchFashionMnist(target, {}, from(broken)));
    expect(error.code).toBe('download-failed');
    expect(readdirSync(target)).toEqual(['one.gz.part']);
    const good = await serve(ranges);
    await fetchFashionMnist(target, {}, from(good));
    expectComplete(target);
    expect(good.asked).toEqual(['one.gz bytes=100000-', 'two.gz all']);
  });

  it('begins again at a server without ranges, and goes to the next address', async () => {
    const target = folder();
    write(path.join(target, 'one.gz.part'), CONTENTS.get('one.gz')!.subarray(0, 1000));
    await fetchFashionMnist(target, {}, from(await serve(refusing), await serve(whole)));
    expectComplete(target);
  });

  it('throws away what was left of something else', async () => {
    const target = folder();
    write(path.join(target, 'one.gz.part'), noise(1000, 9));
    write(path.join(target, 'two.gz.part'), noise(900_000, 9));
    await fetchFashionMnist(target, {}, from(await serve(ranges)));
    expectComplete(target);
  });

  it('never gives its name to a file with other contents', async () => {
    const target = folder();
    const error = await userErrorOf(async () => fetchFashionMnist(target, {}, from(await serve(altered))));
    expect(error.message).toContain('other contents than the published one');
    expect(readdirSync(target)).toEqual([]);
  });

  it('stops at a server that sends more than the file', async () => {
    const endless = await serve((content, _, response) => void response.end(Buffer.concat([content, content])));
    const error = await userErrorOf(() => fetchFashionMnist(folder(), {}, from(endless)));
    expect(error.message).toContain('more than the published file');
  });

  it('says what to do by hand where nothing answers', async () => {
    const offline = { files: FILES, addresses: ['http://127.0.0.1:1/'] };
    const error = await userErrorOf(() => fetchFashionMnist(folder(), {}, offline));
    expect(error.code).toBe('download-failed');
    expect(error.message).toMatch(/one\.gz could not be fetched \(127\.0\.0\.1:1: .+\)/);
    expect(error.hint).toContain('by hand and choose their folder');
  });

  it('leaves a file of that name alone', async () => {
    const target = folder();
    const mine = write(path.join(target, 'one.gz'), 'mine');
    const server = await serve(whole);
    const error = await userErrorOf(() => fetchFashionMnist(target, {}, from(server)));
    expect([error.code, readFileSync(mine, 'utf8'), server.asked]).toEqual(['file-exists', 'mine', []]);
  });

  it('is cancelled in the middle and keeps what came', async () => {
    const target = folder();
    const stop = new AbortController();
    const slow = await serve((content, _, response) => void response.write(content.subarray(0, 2000)));
    const fetching = fetchFashionMnist(target, { signal: stop.signal, progress: () => stop.abort() }, from(slow));
    await expect(fetching).rejects.toBeInstanceOf(CancelledError);
    expect(readFileSync(path.join(target, 'one.gz.part'))).toHaveLength(2000);
  });

  it('says so where the folder cannot be made', async () => {
    const file = write(path.join(folder(), 'file'), 'x');
    expect((await userErrorOf(() => fetchFashionMnist(path.join(file, 'in'), {}, from()))).code).toBe(
      'file-unwritable',
    );
  });
});

describe('the published files', () => {
  it.skipIf(!hasSharedData)('are those at hand where those were not packed anew', () => {
    const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
    const labels = FASHION_MNIST_FILES.filter(({ name }) => name.includes('labels'));
    for (const { name, bytes, md5: published } of labels) {
      const here = readShared('fashion-mnist', name);
      expect([here.length, md5(here)]).toEqual([bytes, published]);
      expect(gunzipSync(here)).toHaveLength(name.startsWith('t10k') ? 10_008 : 60_008);
    }
  });
});
