import { BODIES, MIXINGS, UNKNOWN } from './bodies';
import { drawFrom } from './draw';
import { BATCHES, isPossible, OUTPUTS, type Recipe } from './generate';
import { HEADS } from './heads';
import { PREPROCESSINGS } from './preprocessings';
import { QUANTISATIONS } from './quantisations';
import { SIZES } from './sizes';

export type Part = Exclude<keyof Recipe, 'seed'>;

/** Every choice of every part of a model. */
const CHOICES: Readonly<Record<Part, readonly string[]>> = {
  body: [...Object.keys(BODIES), 'mlp'],
  preprocessing: Object.keys(PREPROCESSINGS),
  layout: ['nchw', 'nhwc'],
  size: Object.keys(SIZES),
  batch: Object.keys(BATCHES),
  mixing: ['none', ...Object.keys(MIXINGS)],
  head: Object.keys(HEADS),
  quantisation: Object.keys(QUANTISATIONS),
  outputs: OUTPUTS,
  operators: ['none', ...Object.keys(UNKNOWN)],
};

const PLAIN: Omit<Recipe, 'seed'> = {
  body: 'plain',
  preprocessing: 'spec-unit',
  layout: 'nchw',
  size: 'usual',
  batch: 'open',
  mixing: 'none',
  head: 'softmax',
  quantisation: 'none',
  outputs: 'one',
  operators: 'none',
};

/** Parts whose choices matter together with where the channels are. */
const BOTH_LAYOUTS: ReadonlySet<Part> = new Set(['preprocessing', 'size', 'body']);

/** Models that are plain but for one choice, one for each choice (of those, in both layouts where that matters). */
export function singleRecipes(seed: number): Recipe[] {
  const recipes = Object.entries(CHOICES).flatMap(([part, choices]) =>
    choices.flatMap((choice, at) => {
      const layouts = BOTH_LAYOUTS.has(part as Part) ? (['nchw', 'nhwc'] as const) : [PLAIN.layout];
      return layouts
        .map((layout): Recipe => ({ ...PLAIN, layout, [part]: choice, seed: seed * 1000 + at }))
        .filter(isPossible);
    }),
  );
  // The plain one comes once for each part.
  return [...new Map(recipes.map((recipe) => [nameOf(recipe), recipe])).values()];
}

/** Choices that bear on one another, so that right answers to each alone do not make both right. */
const PAIRS: readonly (readonly [Part, readonly string[], Part, readonly string[]])[] = [
  [
    'quantisation',
    ['qdq-uint8', 'qdq-int8-per-channel', 'whole-operators', 'half'],
    'head',
    ['one-sigmoid', 'many-sigmoids', 'log-softmax', 'softmax-of-pairs', 'spatial-softmax-then-flatten', 'logits'],
  ],
  [
    'quantisation',
    ['qdq-uint8', 'whole-operators', 'dynamic'],
    'preprocessing',
    ['mul-255th', 'bytes-mean-std', 'uint8'],
  ],
  [
    'operators',
    ['Asinh', 'QuickGelu'],
    'head',
    ['logits', 'one-sigmoid', 'many-sigmoids', 'log-softmax', 'one-sigmoid-without-axis', 'softmax-of-pairs'],
  ],
  [
    'operators',
    ['Asinh', 'QuickGelu'],
    'outputs',
    ['features-first', 'label-first', 'two-heads-named', 'named-unknown'],
  ],
  ['operators', ['Asinh', 'QuickGelu'], 'preprocessing', ['div-255', 'unsaid-byte', 'uint8', 'caffe-in-the-model']],
  ['operators', ['Asinh', 'QuickGelu'], 'batch', ['one', 'four', 'open-sides']],
  ['operators', ['Asinh', 'QuickGelu'], 'size', ['one-column', 'three-columns', 'four-channels']],
  ['batch', ['one', 'four'], 'body', ['groups', 'attention', 'flattened']],
  ['batch', ['one'], 'mixing', Object.keys(MIXINGS)],
  ['outputs', ['features-first', 'label-first'], 'head', ['one-sigmoid', 'many-sigmoids', 'logits', 'spelled-softmax']],
];

/** Models that are plain but for two choices that bear on one another. */
export function pairRecipes(seed: number): Recipe[] {
  return PAIRS.flatMap(([one, ones, other, others]) =>
    ones.flatMap((first, at) =>
      others.map((second, place): Recipe => {
        return { ...PLAIN, [one]: first, [other]: second, seed: seed * 1000 + 500 + 20 * at + place };
      }),
    ),
  ).filter(isPossible);
}

/** How often a part is another than the plain one. */
const MIXED_SHARES: Readonly<Record<Part, number>> = {
  body: 1,
  preprocessing: 0.85,
  layout: 0.5,
  size: 0.3,
  batch: 0.5,
  mixing: 0.15,
  head: 0.9,
  quantisation: 0.35,
  outputs: 0.3,
  operators: 0.12,
};

/** `count` models whose every part is drawn: each choice of a part comes once before any comes again. */
export function mixedRecipes(seed: number, count: number): Recipe[] {
  const draw = drawFrom(seed);
  const decks = new Map<Part, string[]>();
  const next = (part: Part): string => {
    if (!draw.chance(MIXED_SHARES[part])) return PLAIN[part];
    let deck = decks.get(part) ?? [];
    if (deck.length === 0) deck = shuffled(CHOICES[part], () => draw.number());
    decks.set(part, deck.slice(1));
    return deck[0]!;
  };
  const recipes: Recipe[] = [];
  while (recipes.length < count) {
    const parts = Object.fromEntries(Object.keys(CHOICES).map((part) => [part, next(part as Part)]));
    const recipe = { ...PLAIN, ...parts, seed: seed * 100_000 + recipes.length } as Recipe;
    if (isPossible(recipe)) recipes.push(recipe);
  }
  return recipes;
}

function shuffled(choices: readonly string[], number: () => number): string[] {
  return choices
    .map((choice) => [number(), choice] as const)
    .sort(([a], [b]) => a - b)
    .map(([, choice]) => choice);
}

/** The choices that are not the plain ones, in words. */
export function nameOf(recipe: Recipe): string {
  const parts = Object.entries(PLAIN).flatMap(([part, plain]) => {
    const own = recipe[part as Part];
    return own === plain ? [] : [`${part}=${own}`];
  });
  return parts.length === 0 ? 'plain' : parts.join(' ');
}
