import { readFileSync, writeFileSync } from 'node:fs';
import { use } from './test/core/graph/hostileSupport';
const [path, from, to] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
const valid = readFileSync(path);
// structural bytes: everything outside long runs of raw data; approximated by printable neighbourhood
(async () => {
  const counts = new Map<string, number>();
  for (let seed = from; seed < to; seed++) {
    let state = seed * 7919 + 1;
    const next = (below: number) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return Math.floor((state / 2 ** 32) * below); };
    const bytes = Uint8Array.from(valid);
    const region = Math.min(bytes.length, 6000);
    for (let c = next(3); c >= 0; c--) {
      const at = next(2) ? next(region) : bytes.length - 1 - next(region);
      bytes[at] = next(3) === 0 ? next(256) : next(2) ? next(9) : bytes[at]! ^ (1 << next(8));
    }
    writeFileSync(`/tmp/fuzz-last-${process.pid}.onnx`, bytes);
    writeFileSync(`/tmp/fuzz-last-${process.pid}.txt`, `${path} ${seed}`);
    const rss = process.memoryUsage().rss, t = performance.now();
    const r = await use(bytes);
    const dt = performance.now() - t;
    const grown = (process.memoryUsage().rss - rss) / 2 ** 20;
    if (dt > 1500 || grown > 500) console.log('SLOW', seed, dt.toFixed(), grown.toFixed(), r === 'fine' ? r : r.message.slice(0, 200));
    const key = r === 'fine' ? 'fine' : r.message.replace(/\d+/g, '#').slice(0, 70);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  console.log(path, to - from, 'fine', counts.get('fine'), 'kinds', sorted.length);
  for (const [k, n] of sorted.filter(([k]) => /Cannot read|undefined|not a function|not iterable|Invalid array|RangeError|call stack/.test(k))) console.log('  ', n, k);
})();
