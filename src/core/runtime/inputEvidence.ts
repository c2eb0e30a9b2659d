import type { Graph } from '../graph/graph';
import { inputUse } from '../graph/inspect/inputUse';
import { rangeQuantised, rangeTaken } from '../model/inputRange';
import type { InputEvidence, ValuesTaken } from '../model/modelInput';

/** What a network's first operations tell of its input: where the channels lie, how many there are, which values it takes. */
export function inputEvidence(graph: Graph): InputEvidence {
  const { channelAxis, channels, scaling, quantised } = inputUse(graph);
  const takes = (): ValuesTaken | undefined => {
    const preset = scaling && rangeTaken(scaling, scaling.isLearned);
    if (preset !== undefined)
      return { preset, source: `the model's own first operations (${scaling!.operators.join(', ')})` };
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
