import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectationsOf } from './generated/expected';
import { writeModel } from './generated/folder';
import { generate, type Recipe } from './generated/generate';
import { judge, type Verdict } from './generated/judge';
import { mixedRecipes, nameOf, pairRecipes, singleRecipes } from './generated/recipes';
import { makeFolder, removeFolders } from './support';

/** What a user may meet: never another number without a word, an internal error, or an untrue warning. */
const FAILURES: ReadonlySet<Verdict> = new Set(['silent', 'untrue', 'crashed']);
const SEED = 1;
/** On a machine that is busy with more. */
const LIMIT = 300_000;
const MIXED_SEED = 8;
const MIXED = 60;

interface Tried {
  readonly recipe: Recipe;
  readonly name: string;
  readonly verdict: Verdict;
  readonly notes: readonly string[];
  /** Nothing in the file is open, so that refusing it or warning of it is no answer. */
  readonly isPlain: boolean;
}

afterAll(removeFolders);

async function tryAll(recipes: readonly Recipe[]): Promise<Tried[]> {
  const folder = await makeFolder();
  const tried: Tried[] = [];
  for (const [at, recipe] of recipes.entries()) {
    const model = await generate(recipe);
    const expected = await expectationsOf(model);
    const reference = { path: await writeModel(path.join(folder, String(at)), model) };
    const { verdict, notes } = await judge(reference, expected);
    const isPlain = expected.uncertain.length === 0 && expected.refusal === undefined;
    tried.push({ recipe, name: nameOf(recipe), verdict, notes, isPlain });
  }
  return tried;
}

function failuresOf(tried: readonly Tried[]): string[] {
  return tried.flatMap(({ verdict, name, recipe, notes }) =>
    FAILURES.has(verdict) ? [`${verdict} ${recipe.seed} ${name}: ${notes.join('; ')}`] : [],
  );
}

/** Share of the plain models whose predictions are right. */
function shareRight(tried: readonly Tried[]): number {
  const plain = tried.filter(({ isPlain }) => isPlain);
  return plain.filter(({ verdict }) => verdict === 'right' || verdict === 'partly').length / plain.length;
}

describe('models that are plain but for one choice say what ONNX Runtime says', () => {
  const byPart = new Map<string, Recipe[]>();
  for (const recipe of singleRecipes(SEED)) {
    const parts = nameOf(recipe).split(' ');
    const own = parts.find((part) => !part.startsWith('layout=')) ?? parts[0]!;
    const part = own.split('=')[0]!;
    byPart.set(part, [...(byPart.get(part) ?? []), recipe]);
  }
  it.each([...byPart])('%s', { timeout: LIMIT }, async (_part, recipes) => {
    const tried = await tryAll(recipes);
    expect(failuresOf(tried)).toEqual([]);
    // Refusing everything would be no answer either.
    expect(shareRight(tried)).toBeGreaterThanOrEqual(0.8);
  });
});

it(
  'models of two choices that bear on one another say what ONNX Runtime says',
  async () => {
    const tried = await tryAll(pairRecipes(SEED));
    expect(failuresOf(tried)).toEqual([]);
    expect(shareRight(tried)).toBeGreaterThanOrEqual(0.8);
  },
  LIMIT,
);

it(
  `${MIXED} models of choices put together say what ONNX Runtime says`,
  async () => {
    const tried = await tryAll(mixedRecipes(MIXED_SEED, MIXED));
    expect(failuresOf(tried)).toEqual([]);
    expect(shareRight(tried)).toBeGreaterThanOrEqual(0.8);
  },
  LIMIT,
);
