import type { Graph } from '../core/graph/graph';
import type { Types } from '../core/graph/inspect/scoreTail';
import { scoreValues } from '../core/graph/inspect/scoreValues';
import { typesOf } from '../core/graph/inspect/types';
import { operators } from '../core/graph/ops/registry';
import { resolveInput, type InputEvidence } from '../core/model/modelInput';
import { halfWarnings } from './halfPrecision';
import { inputEvidence } from './inputEvidence';
import type { TensorFlowFiles } from './modelFiles';
import { inputShapeOf, networkInput, withSize } from './onnx/networkInput';
import { networkOutputs } from './onnx/networkOutputs';
import { readBeginning, readModel, type ReadModel } from './onnx/readGraph';
import { chooseOutput } from './outputs';
import { softmaxOfOne } from './softmaxOfOne';
import type { KnownScores } from './knownScores';

/** What our own reading of a model tells to an engine that builds it in its own way. */
export interface Evidence {
  readonly input: InputEvidence;
  readonly scores: KnownScores;
}

/**
 * Reads a TensorFlow.js model as far as it goes, so that every engine takes the same pixels and the same output for the same scores.
 * Throws `UserError`: 'model-spec' for an output that the model does not have, 'model-unsupported' for one that is always 1.
 */
export async function readEvidence(files: TensorFlowFiles): Promise<Evidence> {
  const model = await attempt(() => readModel(files));
  if (model === undefined) {
    const beginning = await attempt(() => readBeginning(files));
    return { input: beginning === undefined ? {} : inputEvidence(beginning), scores: { values: [] } };
  }
  const input = inputEvidence(model.graph);
  const values = model.graph.outputs.map((name) => scoreValues(model.graph, name));
  const whole = await attempt(() => withTypes(model, files));
  if (whole === undefined) return { input, scores: { values } };
  const { graph, types } = whole;
  const outputs = networkOutputs(graph, types, model, 1);
  const { spec, labels } = files.description;
  const choice = chooseOutput(outputs, spec.output, labels.length);
  const { stripped } = outputs[choice.index]!;
  if (stripped.isConstant) throw softmaxOfOne();
  const { activation, form, bounds, warnings } = stripped;
  const said = {
    ...choice,
    warnings: [...choice.warnings, ...halfWarnings(model.half), ...(model.warnings ?? []), ...warnings],
  };
  return { input, scores: { choice: said, activation, values, ...(form && { form }), ...(bounds && { bounds }) } };
}

function withTypes(
  { graph: read }: ReadModel,
  files: TensorFlowFiles,
): { readonly graph: Graph; readonly types: Types } {
  const input = networkInput(read, true);
  const shape = inputShapeOf(input, files.description);
  const { graph } = withSize(input.graph, resolveInput(shape, files.description).input, shape.layout);
  return { graph, types: typesOf(graph, 1, operators) };
}

async function attempt<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
