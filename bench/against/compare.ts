import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Against, Options } from '../options';
import { bundleProduct, type ProductBundle } from '../productBundle';
import { startProduct } from '../productContender';
import { TRAINING_TASKS } from '../taskNames';
import { TRAINING_MODEL } from '../training';
import { MEMORY_ROW, measurePairs, type Comparison, type Limits } from './measurePairs';
import { comparedModels } from './models';
import { disturbanceText, rowsText, verdict } from './report';
import { slowerRows, withMoreRounds, type Gap, type Row } from './rows';
import type { Subject } from './subject';
import type { Side } from './turns';

const LONGEST_MS = { quick: 3_000, full: 12_000 } as const;

/** Compares this checkout, `root`, with another one and says what it finds; whether no row is slower and none lost. */
export async function compareCheckouts(
  root: string,
  { checkout, engines }: Against,
  options: Options,
  folder: string,
  say: (line: string) => void,
): Promise<boolean> {
  const bundles: Readonly<Record<Side, ProductBundle>> = {
    ours: await bundleProduct(root, root, path.join(folder, 'ours')),
    other: await bundleProduct(root, checkout, path.join(folder, 'other')),
  };
  say(`ours:  ${stateOf(root)}\nother: ${stateOf(checkout)}`);
  const limits: Limits = { rounds: options.rounds, longestMs: LONGEST_MS[options.quick ? 'quick' : 'full'] };
  const [rows, gaps, others]: [Row[], Gap[], number[]] = [[], [], []];
  for (const subject of subjectsOf(root, engines, options, folder, bundles)) {
    const result = await measureTwiceIfSlower(subject, limits);
    const { ours, other } = result.engines;
    const differ = ours !== other;
    say(`\n${subject.name}${differ ? ` (ours runs on ${ours ?? '–'}, the other on ${other ?? '–'})` : ''}`);
    say(rowsText(result.rows, result.gaps));
    rows.push(...result.rows);
    gaps.push(...result.gaps);
    others.push(...result.others);
  }
  const { passes, text } = verdict(rows, gaps);
  say(`\n${text}`);
  const disturbance = disturbanceText(others);
  if (disturbance !== undefined) say(disturbance);
  return passes;
}

/** Rows that come out slower are measured once more, and all their rounds count: one that a busy moment struck is not. */
async function measureTwiceIfSlower(subject: Subject, limits: Limits): Promise<Comparison> {
  const result = await measurePairs(subject, limits);
  const names = new Set(slowerRows(result.rows).map(({ name }) => name));
  if (names.size === 0) return result;
  const tasks = names.has(MEMORY_ROW) ? subject.tasks : subject.tasks.filter((task) => names.has(task));
  const again = await measurePairs({ ...subject, tasks }, limits);
  return {
    ...result,
    rows: withMoreRounds(result.rows, again.rows, names),
    others: [...result.others, ...again.others],
  };
}

function subjectsOf(
  root: string,
  engines: Against['engines'],
  options: Options,
  folder: string,
  bundles: Readonly<Record<Side, ProductBundle>>,
): Subject[] {
  const { threads, tensorflowModule, tasks, training, models } = options;
  const how = { threads, ...(tensorflowModule !== undefined && { tensorflowModule }) };
  const named = training === 'only' ? [] : comparedModels(root, folder, options);
  const trained =
    training === 'only' || (training === 'too' && (models.length === 0 || models.includes(TRAINING_MODEL)));
  return engines.flatMap((engine) => {
    const suffix = engine === 'auto' ? '' : ` (${engine})`;
    const predicting = named.map(({ name, reference }): Subject => ({
      name: name + suffix,
      tasks,
      first: 'gradient',
      start: (side) => startProduct(side, bundles[side], 'worker', { reference, engine, ...how }),
    }));
    const training: Subject = {
      name: TRAINING_MODEL + suffix,
      tasks: TRAINING_TASKS,
      start: (side) => startProduct(side, bundles[side], 'trainingWorker', { engine, ...how }),
    };
    return trained ? [...predicting, training] : predicting;
  });
}

/** A checkout's commit and whether files differ from it; its folder where there is no Git. */
function stateOf(checkout: string): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changes = git('status', '--porcelain', '--', 'src', 'package.json') === '' ? '' : ', with changes';
    return `${checkout} (${git('log', '-1', '--format=%h %s')}${changes})`;
  } catch {
    return checkout;
  }
}
