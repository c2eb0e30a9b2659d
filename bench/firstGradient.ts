import type { Contender } from './contender';
import { loadAverage } from './machine';
import type { FirstGradient } from './results';
import { spreadOf } from './statistics';

const PROCESSES = 7;

/** What a first map costs: the product loads and runs it in one fresh process after the other. */
export async function measureFirstGradient(model: string, start: () => Promise<Contender>): Promise<FirstGradient> {
  const load = loadAverage();
  const [loading, first]: [number[], number[]] = [[], []];
  for (let round = 0; round < PROCESSES; round++) {
    const contender = await start();
    try {
      first.push((await contender.run('gradient')).ms);
      loading.push(contender.ready.loadMs!);
    } finally {
      contender.close();
    }
  }
  return { model, load, loading: spreadOf(loading), first: spreadOf(first) };
}
