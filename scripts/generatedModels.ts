import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { expectationsOf } from '../test/runtime/generated/expected';
import { writeExpected, writeModel } from '../test/runtime/generated/folder';
import { generate, type Recipe } from '../test/runtime/generated/generate';
import { judge, type Outcome } from '../test/runtime/generated/judge';
import { mixedRecipes, nameOf, pairRecipes, singleRecipes } from '../test/runtime/generated/recipes';

/**
 * Makes random ONNX models, asks ONNX Runtime itself what each says, and compares what Gradient Lens says of them.
 *
 * `--single`, `--pairs`: models that are plain but for one choice, or two that bear on one another, once for each `--seeds`; `--mixed N` models whose every part is drawn from
 * `--seed`. `--keep FOLDER` writes those that are not right there, each with its pictures and what is right, to be looked at with
 * `gradient-lens predict`. Ends with 1 if a model is silently wrong.
 */
const { values } = parseArgs({
  options: {
    single: { type: 'boolean', default: false },
    pairs: { type: 'boolean', default: false },
    mixed: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const FAILURES = ['silent', 'untrue', 'crashed', 'unmade'];

async function run(): Promise<void> {
  const recipes: Recipe[] = [];
  if (values.single) for (const seed of values.seeds.split(',')) recipes.push(...singleRecipes(Number(seed)));
  if (values.pairs) for (const seed of values.seeds.split(',')) recipes.push(...pairRecipes(Number(seed)));
  recipes.push(...mixedRecipes(Number(values.seed), Number(values.mixed)));
  const counts = new Map<string, number>();
  const work = await mkdtemp(path.join(tmpdir(), 'generated-models-'));
  try {
    for (const recipe of recipes) {
      const name = nameOf(recipe);
      if (!name.includes(values.only)) continue;
      const outcome = await tryOut(recipe, name, work);
      const { verdict, notes } = outcome;
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      if (values.json) console.log(JSON.stringify({ recipe, name, ...outcome, probabilities: undefined }));
      else console.log(`${verdict.padEnd(8)} ${recipe.seed} ${name}${notes.map((note) => `\n    ${note}`).join('')}`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  console.error([...counts].map(([verdict, count]) => `${verdict} ${count}`).join(', '));
  process.exitCode = FAILURES.some((verdict) => counts.has(verdict)) ? 1 : 0;
}

async function tryOut(
  recipe: Recipe,
  name: string,
  work: string,
): Promise<Omit<Outcome, 'verdict'> & { verdict: string }> {
  let model, expected;
  try {
    model = await generate(recipe);
    expected = await expectationsOf(model);
  } catch (error) {
    return {
      verdict: 'unmade',
      notes: [error instanceof Error ? (error.stack ?? '') : String(error)],
      warnings: [],
      probabilities: [],
    };
  }
  const folder = path.join(work, String(recipe.seed));
  const outcome = await judge({ path: await writeModel(folder, model) }, expected);
  if (values.keep !== undefined && outcome.verdict !== 'right') {
    const kept = path.join(values.keep, `${outcome.verdict}-${name.replace(/[^a-z0-9=-]+/gi, '_')}-${recipe.seed}`);
    await writeModel(kept, model);
    const { verdict, notes, warnings, probabilities } = outcome;
    const shown = probabilities.map((row) => Array.from(row));
    await writeExpected(kept, expected, { recipe, product: { verdict, notes, warnings, probabilities: shown } });
  }
  await rm(folder, { recursive: true, force: true });
  return outcome;
}

void run();
