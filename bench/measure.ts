import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Contender } from './contender';
import { loadAverage } from './machine';
import type { Entry, Measurement } from './results';
import { cosine, spreadOf } from './statistics';
import type { Task } from './tasks';

/** Before each turn, until the threads of the one before have stopped spinning. */
const PAUSE_MS = 20;
/** A turn repeats short tasks for about this long and counts as its median. */
const TURN_MS = 100;
const MOST_REPEATS = 20;
/** Gradients that a task costs, roughly. */
const COST: Readonly<Record<Task, number>> = { gradient: 1, 'integrated-gradients': 50, pgd: 40, occlusion: 20 };
/** Contenders that would take longer for one run are left out. */
const LONGEST_MS: Readonly<Record<Task, number>> = {
  gradient: 20_000,
  'integrated-gradients': 12_000,
  pgd: 12_000,
  occlusion: 12_000,
};

/**
 * Measures one task: warms every contender up, then lets them take turns, `rounds` each. The first contender is the one that the
 * ratios are of; a ratio is taken turn by turn, so that what slows the machine down for a while slows both.
 */
export async function measureTask(
  model: string,
  task: Task,
  contenders: readonly Contender[],
  rounds: number,
  gradients: Map<string, number>,
  folder: string,
): Promise<Measurement> {
  const load = loadAverage();
  const running: { contender: Contender; repeats: number; output: string; samples: number[]; peak: number }[] = [];
  const skipped: { name: string; why: string }[] = [];
  for (const contender of contenders) {
    const { name } = contender;
    const expected = (gradients.get(name) ?? 0) * COST[task];
    if (expected > LONGEST_MS[task]) {
      skipped.push({ name, why: `about ${Math.round(expected / 1000)} s a run` });
      continue;
    }
    const output = `${folder}/map-${running.length}.bin`;
    try {
      await contender.run(task, output);
      const { ms } = await contender.run(task);
      if (ms > LONGEST_MS[task]) skipped.push({ name, why: `${Math.round(ms / 1000)} s a run` });
      else {
        const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.round(TURN_MS / ms)));
        running.push({ contender, repeats, output, samples: [], peak: 0 });
      }
    } catch (error) {
      skipped.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const each of running) {
      await pause(PAUSE_MS);
      const turn: number[] = [];
      for (let repeat = 0; repeat < each.repeats; repeat++) {
        const { ms, peakBytes } = await each.contender.run(task);
        turn.push(ms);
        each.peak = peakBytes;
      }
      each.samples.push(spreadOf(turn).median);
    }
  }
  const [ours] = running;
  const entries = running.map(({ contender, samples, peak, output }): Entry => {
    const time = spreadOf(samples);
    if (task === 'gradient') gradients.set(contender.name, time.median);
    return {
      name: contender.name,
      time,
      peakBytes: peak,
      ratio: spreadOf(ours!.samples.map((own, index) => own / samples[index]!)),
      agreement: agreement(ours!.output, output),
    };
  });
  return { model, task, when: new Date().toISOString(), load, loadAfter: loadAverage(), entries, skipped };
}

/** Cosine between two maps on disk. */
function agreement(one: string, other: string): number {
  const [a, b] = [one, other].map((file) => {
    const { buffer, byteOffset, byteLength } = readFileSync(file);
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  }) as [Float32Array, Float32Array];
  return cosine(a, b);
}
