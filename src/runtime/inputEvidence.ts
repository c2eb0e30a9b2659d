import type { Graph } from '../core/graph/graph';
import { inputUse } from '../core/graph/inspect/inputUse';
import { withKnownConstants } from '../core/graph/inspect/knownConstants';
import { shortNumber } from '../core/graph/inspect/shortNumber';
import { rangeQuantised, rangeTaken } from '../core/model/inputRange';
import type { PreprocessingPreset } from '../core/model/modelInfo';
import type { InputEvidence, ValuesTaken } from '../core/model/modelInput';
import { PRESETS } from '../core/model/presets';

/** What a network's first operations tell of its input: where the channels lie, how many there are, which values it takes. */
export function inputEvidence(graph: Graph): InputEvidence {
  const { channelAxis, channels, scaling, quantised } = inputUse(withKnownConstants(graph));
  const takes = (): ValuesTaken | undefined => {
    const preset = scaling && rangeTaken(scaling, scaling.isLearned);
    if (preset !== undefined) return { preset, source: scalingSource(scaling!, preset) };
    const coded = quantised && rangeQuantised(quantised);
    return coded && { preset: coded, source: "the model's own quantisation of its input" };
  };
  const taken = takes();
  return {
    ...(channelAxis !== undefined && { channelAxis }),
    ...(channels !== undefined && { channels }),
    ...(taken && { takes: taken }),
  };
}

/** Whose word it is and what was seen, e.g. "the model's own first operations (Mul, Add: 0…255 becomes −1…1)". */
function scalingSource(
  { scale, shift, operators, isLearned }: NonNullable<ReturnType<typeof inputUse>['scaling']>,
  preset: PreprocessingPreset,
): string {
  const { range, mean, std } = PRESETS[preset];
  const ends = range.map((end) => (end - mean[0]!) / std[0]!);
  const [low, high] = ends.map((end) => shortNumber(scale[0]! * end + shift[0]!));
  const seen = `${operators.join(', ')}: ${ends.map(shortNumber).join('…')} becomes ${low}…${high}`;
  return isLearned
    ? `inferred from the statistics in the model's first operations (${seen})`
    : `the model's own first operations (${seen})`;
}
