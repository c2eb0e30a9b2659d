import { UserError } from '../../../core/errors';
import type { JsonObject } from '../../../formats/json/json';
import { arrayAt, isJsonObject, objectAt, stringAt } from '../../../formats/json/json';

/**
 * Refuses operations whose channels come first: TensorFlow.js's converter passes over the order of most of them, and its backends
 * have no others. Throws `UserError('model-unsupported')`.
 */
export function checkGraph(topology: JsonObject): void {
  for (const node of (arrayAt(topology, 'node') ?? []).filter(isJsonObject)) {
    const written = stringAt(objectAt(objectAt(node, 'attr'), 'data_format'), 's') ?? '';
    if (!Buffer.from(written, 'base64').toString('latin1').startsWith('NC')) continue;
    const name = (stringAt(node, 'name') ?? '').slice(0, 80);
    throw new UserError(
      'model-unsupported',
      `The operation “${name}” (${(stringAt(node, 'op') ?? '?').slice(0, 80)}) takes channels first, which TensorFlow.js does not.`,
      'Choose the engine onnx.',
    );
  }
}
