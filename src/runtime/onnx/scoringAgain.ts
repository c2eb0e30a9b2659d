import { UserError } from '../../core/errors';
import type { Graph } from '../../core/graph/graph';
import { hashModel } from '../../formats/models/hash';
import type { ModelInfo, ModelReference } from '../../core/model/modelInfo';
import { readModelFiles } from '../modelFiles';
import { readModel } from './readGraph';
import { scoringNetwork, seenModel } from './scoringNetwork';

/**
 * The network of a loaded model, read from its file again, with every layer that the file has: nothing is merged. It takes what the file takes.
 * Throws `UserError('model-unreadable')` if the file is not the one that was loaded any more.
 */
export async function scoringAgain(reference: ModelReference, info: ModelInfo): Promise<Graph> {
  const files = await readModelFiles(reference);
  const model = await readModel(files);
  const seen = seenModel(model, files.description, true);
  const shards = 'weights' in files ? files.weights.shards : [];
  if (hashModel([files.bytes, ...shards], seen.resolved.input, info.classes) !== info.hash)
    throw new UserError('model-unreadable', 'The model was changed since it was loaded.', 'Load it again.');
  return scoringNetwork(model, seen, files.description).stripped.graph;
}
