import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { shareOfOthers, waitForCalm } from './calm';
import type { Contender } from './contender';
import { loadAverage } from './machine';
import type { Entry, Measurement } from './results';
import { cosine, spreadOf } from './statistics';
import type { AnyTask } from './taskNames';

/** Before each turn, until the threads of the one before have stopped spinning. */
const PAUSE_MS = 20;
/** A turn repeats short tasks for about this long and counts as its median. */
const TURN_MS = 600;
const MOST_REPEATS = 20;
/** Share of the cores that others may have in a turn that counts at once; else it is tried again. */
const UNDISTURBED = 0.06;
const MOST_ATTEMPTS = 8;
const WAIT_MS = 1500;
/** After this long a turn is not tried again. */
const PATIENCE_MS = 8000;
/** Gradients that a task costs, roughly. */
const COST: Readonly<Record<AnyTask, number>> = {
  gradient: 1,
  'integrated-gradients': 50,
  fgsm: 1,
  'bare-prediction': 1,
  'bare-prediction-batch': 6,
  'pgd-loop': 40,
  'occlusion-loop': 20,
  training: 1,
  'training-watched': 1,
};
/** Contenders that would take longer for one run are left out. */
const LONGEST_MS: Readonly<Record<AnyTask, number>> = {
  gradient: 20_000,
  'integrated-gradients': 12_000,
  fgsm: 20_000,
  'bare-prediction': 20_000,
  'bare-prediction-batch': 12_000,
  'pgd-loop': 12_000,
  'occlusion-loop': 12_000,
  training: 1_000,
  'training-watched': 1_000,
};

/**
 * Measures one task: warms every contender up, then lets them take turns, `rounds` each. The first contender is the one that the
 * ratios are of; a ratio is taken turn by turn, so that what slows the machine down for a while slows both. Without the first
 * there is nothing to compare, and no entry.
 */
export async function measureTask(
  model: string,
  task: AnyTask,
  contenders: readonly Contender[],
  rounds: number,
  gradients: Map<string, number>,
  folder: string,
): Promise<Measurement> {
  const load = loadAverage();
  const running: {
    contender: Contender;
    repeats: number;
    output: string;
    samples: number[];
    others: number[];
    peak: number;
  }[] = [];
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
      if (ms > LONGEST_MS[task]) {
        skipped.push({ name, why: `${Math.round(ms / 1000)} s a run` });
        if (task === 'gradient') gradients.set(name, ms);
      } else {
        const repeats = Math.max(1, Math.min(MOST_REPEATS, Math.round(TURN_MS / ms)));
        running.push({ contender, repeats, output, samples: [], others: [], peak: 0 });
      }
    } catch (error) {
      skipped.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  if (running[0]?.contender !== contenders[0]) running.length = 0;
  for (let round = 0; round < rounds; round++) {
    for (const each of running) {
      const turn = await takeTurn(each.contender, task, each.repeats);
      each.peak = turn.peakBytes;
      each.samples.push(turn.ms);
      if (turn.others !== undefined) each.others.push(turn.others);
    }
  }
  const [ours] = running;
  const entries = running.map(({ contender, samples, others, peak, output }): Entry => {
    const time = spreadOf(samples);
    if (task === 'gradient') gradients.set(contender.name, time.median);
    return {
      name: contender.name,
      time,
      peakBytes: peak,
      ratio: spreadOf(ours!.samples.map((own, index) => own / samples[index]!)),
      agreement: agreement(ours!.output, output),
      ...(others.length > 0 && { others: spreadOf(others) }),
    };
  });
  return { model, task, when: new Date().toISOString(), load, loadAfter: loadAverage(), entries, skipped };
}

interface Turn {
  readonly ms: number;
  readonly peakBytes: number;
  readonly others: number | undefined;
}

/** One turn in a calm moment: of a few attempts the one that other processes disturbed least. */
async function takeTurn(contender: Contender, task: AnyTask, repeats: number): Promise<Turn> {
  let best: Turn | undefined;
  const end = performance.now() + PATIENCE_MS;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    await pause(PAUSE_MS);
    await waitForCalm(WAIT_MS);
    const { result, others } = await shareOfOthers(contender.pid, async () => {
      const times: number[] = [];
      let peakBytes = 0;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const timing = await contender.run(task);
        times.push(timing.ms);
        ({ peakBytes } = timing);
      }
      return { ms: spreadOf(times).median, peakBytes };
    });
    if (best?.others === undefined || (others ?? 0) < best.others) best = { ...result, others };
    if ((others ?? 0) <= UNDISTURBED || performance.now() > end) break;
  }
  return best!;
}

/** Cosine between two maps on disk. */
function agreement(one: string, other: string): number {
  const [a, b] = [one, other].map((file) => {
    const { buffer, byteOffset, byteLength } = readFileSync(file);
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  }) as [Float32Array, Float32Array];
  return cosine(a, b);
}
