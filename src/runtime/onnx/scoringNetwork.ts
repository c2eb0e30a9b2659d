import type { Graph } from '../../core/graph/graph';
import type { Types } from '../../core/graph/inspect/scoreTail';
import { typesOf } from '../../core/graph/inspect/types';
import { operators } from '../../core/graph/ops/registry';
import { fourAxes } from '../../core/graph/passes/fourAxes';
import { realOutputs } from '../../core/graph/passes/realOutputs';
import type { Stripped } from '../../core/graph/passes/stripActivation';
import type { ModelDescription } from '../../formats/descriptions/description';
import { resolveInput, type InputShape, type ResolvedInput } from '../../core/model/modelInput';
import { chooseOutput } from '../outputs';
import { softmaxOfOne } from '../softmaxOfOne';
import { asPicture, inputShapeOf, networkInput, withSize, type NetworkInput } from './networkInput';
import { networkOutputs, refuseOtherOutputs, withNamedValue } from './networkOutputs';
import type { ReadModel } from './readGraph';

/** A model with what its input was found to be. */
export interface SeenModel {
  readonly input: NetworkInput;
  readonly shape: InputShape;
  readonly resolved: ResolvedInput;
  /** The network, the size of its input known. */
  readonly sized: Graph;
  /** Pictures that the file wants at once. */
  readonly unit: number;
  /** The output that the description names. */
  readonly wanted: string | undefined;
}

const LEVELS =
  'The model puts out whole numbers that stand for its scores by a scale of its own; shown is what they stand for.';

const SIDE_BY_SIDE =
  'The model takes a list of numbers, which is taken for pixels row by row, the colours of each side by side; if they lie one after the other, say "layout": "channels-first".';

export function seenModel(model: ReadModel, description: ModelDescription, isComputable: boolean): SeenModel {
  const real = isComputable
    ? realOutputs(asPicture(fourAxes(model.graph), description))
    : { graph: model.graph, count: 0 };
  const input = networkInput(real.graph, isComputable);
  const shape = inputShapeOf(input, description);
  const resolved = resolveInput(shape, description);
  const { output: wanted } = description.spec;
  const named = withNamedValue(input.graph, isComputable ? wanted : undefined, model.aliases);
  const { graph: sized, unit } = withSize(named, resolved.input, shape.layout);
  const isList = model.graph.inputs[0]?.shape.length === 2;
  const isGuess = isList && resolved.input.channels === 3 && description.spec.input?.layout === undefined;
  const warnings = [...input.warnings, ...(real.count > 0 ? [LEVELS] : []), ...(isGuess ? [SIDE_BY_SIDE] : [])];
  return { input: { ...input, warnings }, shape, resolved, sized, unit, wanted };
}

/** The network up to its scores, as the file has it. */
export interface ScoringNetwork {
  /** Of the network before its activation was taken off. */
  readonly types: Types;
  readonly choice: ReturnType<typeof chooseOutput>;
  readonly stripped: Stripped;
}

export function scoringNetwork(
  model: ReadModel,
  { sized, unit, wanted }: SeenModel,
  { labels }: ModelDescription,
): ScoringNetwork {
  const types = typesOf(sized, unit, operators);
  const outputs = networkOutputs(sized, types, model, unit);
  const choice = chooseOutput(outputs, wanted, labels.length);
  const { name, stripped } = outputs[choice.index]!;
  refuseOtherOutputs(types.get(name)?.shape, unit);
  if (stripped.isConstant) throw softmaxOfOne();
  return { types, choice, stripped };
}
