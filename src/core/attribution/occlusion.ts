import { throwIfCancelled } from '../errors';
import { batchOf, type PixelImage } from '../image/pixels';
import { BASELINES, type FillKind } from '../method/baselines';
import { countNonFinite, isAllZero, nonFiniteWords } from '../method/numbers';
import type { ParameterValues } from '../method/parameters';
import { type Question, valuesAt } from '../method/points/ask';
import { choiceValue, numberValue } from '../method/values';
import type { Objective, Scores } from '../model/classifier';
import type { AttributionMethod } from './method';
import { type OcclusionMode, occlusionParameters } from './occlusionParameters';
import { type Sliding, slidingWindows, spreadOverWindows } from './perturbation/windows';

/**
 * Occlusion: how f changes when a window W of the image is filled, at every pixel over the windows that cover it. With
 * Δ_W = f(a) − f(a with W filled): mean Δ_W (`signed-mean`, Captum), Σ Δ_W (`sum`, PAIR), Σ |Δ_W| (`absolute-sum`), or Σ_W Σ_k |Δ_W of
 * the score of class k| (`absolute-sum-all`, as the post has it for several outputs). One value for all channels: height × width × 1,
 * in the unit of f; positive where covering lowers f. Only forward passes. Throws `UserError('parameter')` for a stride above the window.
 * Sources: Zeiler, Fergus 2014; Captum's `Occlusion`; PAIR's `Occlusion`; blbadger's "Input attribution".
 */
export const occlusion: AttributionMethod = {
  id: 'occlusion',
  label: 'Occlusion',
  summary: 'How much the score falls when a window of the image is covered; works for every model.',
  formula: 'mean over W ∋ i of f(a) − f(a, W covered)',
  source: 'Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, arXiv:1311.2901',
  family: 'perturbation',
  needs: [],
  display: 'diverging',
  parameters: occlusionParameters,
  cost: (parameters, size) => ({
    predictions: slidingWindows(size, slidingOf(parameters, size)).length + 1,
    gradients: 0,
  }),
  run: async (classifier, image, objective, parameters, context) => {
    throwIfCancelled(context.signal);
    const sliding = slidingOf(parameters, image);
    const windows = slidingWindows(image, sliding);
    const fill = BASELINES[choiceValue(parameters, 'fill') as FillKind](image);
    const points = [
      { kind: 'batch', images: batchOf(image) },
      { kind: 'windows', image, fill, windows },
    ] as const;
    const mode = choiceValue(parameters, 'mode') as OcclusionMode;
    const { changes, scores, value } = await changesAt({ classifier, points, objective, context }, mode);
    const data = spreadOverWindows(windows, changes, image, mode === 'signed-mean' ? 'mean' : 'sum');
    const { height, width } = image;
    return {
      map: { data, height, width, channels: 1 },
      scores,
      value,
      chosen: { window: sliding.rows.window, stride: sliding.rows.stride },
      warnings: [...warningsOf(data), ...(mode === 'absolute-sum-all' ? [ofAllClasses(objective)] : [])],
    };
  },
};

function slidingOf(
  parameters: ParameterValues,
  { height, width }: Pick<PixelImage, 'height' | 'width'>,
): { readonly rows: Sliding; readonly columns: Sliding } {
  const window = numberValue(parameters, 'window') || Math.max(1, Math.round(Math.min(height, width) / 8));
  const stride = numberValue(parameters, 'stride') || Math.max(1, Math.floor(window / 2));
  return { rows: { window, stride }, columns: { window, stride } };
}

interface Changes {
  /** Of each window. */
  readonly changes: readonly number[];
  /** Of the image itself. */
  readonly scores: Scores;
  readonly value: number;
}

/** What the mode adds up, from the first point, the image itself, to each of the others. */
async function changesAt(question: Question, mode: OcclusionMode): Promise<Changes> {
  const distances: number[] = [];
  let own: Float32Array | undefined;
  const { scores, values } = await valuesAt(question, ({ logits, probabilities, count, classes }) => {
    if (mode !== 'absolute-sum-all') return;
    const all = question.objective.kind === 'probability' ? probabilities : logits;
    own ??= all.slice(0, classes);
    for (let row = 0; row < count; row++)
      distances.push(distance(own, all.subarray(row * classes, (row + 1) * classes)));
  });
  const value = values[0]!;
  const differences = values.slice(1).map((each) => value - each);
  if (mode === 'absolute-sum-all') return { changes: distances.slice(1), scores, value };
  return { changes: mode === 'absolute-sum' ? differences.map(Math.abs) : differences, scores, value };
}

/** The record names a class, which this mode does not look at. */
function ofAllClasses({ kind }: Objective): string {
  const scores = kind === 'probability' ? 'probabilities' : 'logits';
  const chosen = kind === 'combination' ? 'the two that are compared do' : 'the chosen one does';
  return `The map adds up how the ${scores} of all classes change, so that ${chosen} not matter; the mode absolute-sum is of the objective alone.`;
}

/** Σ |aₖ − bₖ| */
function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, each, index) => sum + Math.abs(each - b[index]!), 0);
}

function warningsOf(map: Float32Array): readonly string[] {
  const nonFinite = countNonFinite(map);
  if (nonFinite > 0)
    return [
      `${nonFiniteWords(nonFinite, map.length, 'value')} in the map: the score of the image, or of it with a window covered, is no finite number.`,
    ];
  if (isAllZero(map))
    return ['The map is zero everywhere: no window changes the score; choose a larger window or another fill.'];
  return [];
}
