import { createEngineClient } from '../../../src/engine/process/client';
import type { AttackRequest } from '../../../src/engine/calls/service';

// Plays the extension host: asks the engine as an editor would, and prints how long its own event loop was busy at most, in ms.
// Arguments: the engine's program, the model, the image.
const [enginePath, modelPath, imagePath] = process.argv.slice(2) as [string, string, string];
const ROUNDS = 3;
const TICK = 5;

/**
 * The longest time between two turns of the event loop: as the clock says, and as much of it as this process computed, which
 * leaves out that other programs had the processor.
 */
function watchEventLoop(): () => { readonly clock: number; readonly busy: number } {
  const longest = { clock: 0, busy: 0 };
  let before = performance.now();
  let usage = process.cpuUsage();
  const timer = setInterval(() => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(usage);
    const clock = now - before - TICK;
    longest.clock = Math.max(longest.clock, clock);
    longest.busy = Math.max(longest.busy, Math.min(clock, (user + system) / 1000));
    before = now;
    usage = process.cpuUsage();
  }, TICK);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

async function measure(): Promise<void> {
  const silent = () => undefined;
  const client = createEngineClient({ enginePath, log: { info: silent, warn: silent, error: silent } });
  const request: AttackRequest = { model: { path: modelPath }, image: { path: imagePath }, attack: 'fgsm' };
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const stop = watchEventLoop();
    await client.attribute({ ...request, method: 'gradient-x-input' });
    for (const epsilon of [0.002, 0.01, 0.03]) await client.attack({ ...request, epsilon });
    rounds.push(stop());
    if (round === 0) await client.restart();
  }
  await client.dispose();
  process.stdout.write(JSON.stringify(rounds));
}

void measure();
