import type { JsonObject, JsonValue } from '../formats/json/json';
import { arrayAt, isJsonObject, objectAt, stringAt } from '../formats/json/json';
import { MODEL_LIMITS } from '../core/model/limits';
import type { OperatorCounts } from '../core/model/modelInfo';
import type { TensorFlowFiles } from './modelFiles';

/** Different names that are told apart; a file can hold as many as it has bytes. */
const MOST_KINDS = 500;
const LONGEST_NAME = 100;
const DEEPEST = 32;

/** Nodes of a TensorFlow graph that compute nothing. */
const NO_OPERATIONS: ReadonlySet<string> = new Set(['Const', 'Placeholder', 'NoOp']);

/** How often each name occurs, in order of appearance. */
export function countNames(names: Iterable<string>): OperatorCounts {
  const counts = new Map<string, number>();
  for (const full of names) {
    const name = full.slice(0, LONGEST_NAME);
    if (counts.has(name) || counts.size < MOST_KINDS) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** "Relu (3 ×), Clip (1 ×)". */
export function listCounts(counts: Iterable<readonly [name: string, count: number]>): string {
  return [...counts].map(([name, count]) => `${name} (${count} ×)`).join(', ');
}

/** The operations of a TensorFlow.js graph, or the layers of a layers model, those of nested models too. */
export function topologyOperators({ format, json }: Pick<TensorFlowFiles, 'format' | 'json'>): OperatorCounts {
  const topology = objectAt(json, 'modelTopology');
  if (format === 'tfjs-graph') {
    const names = (arrayAt(topology, 'node') ?? []).map((node) => stringAt(node, 'op') ?? '');
    return countNames(names.filter((name) => name !== '' && !NO_OPERATIONS.has(name)));
  }
  const names: string[] = [];
  collectLayers(objectAt(topology, 'model_config') ?? topology, names, 0);
  return countNames(names);
}

function collectLayers(model: JsonObject | undefined, names: string[], depth: number): void {
  for (const layer of layersOf(model)) {
    if (names.length >= MODEL_LIMITS.nodes || depth > DEEPEST) return;
    const name = stringAt(layer, 'class_name');
    if (!isJsonObject(layer) || name === undefined) continue;
    if (layersOf(layer).length > 0) collectLayers(layer, names, depth + 1);
    else if (name !== 'InputLayer') names.push(name);
  }
}

/** Sequential models of old files hold their layers as `config` itself. */
function layersOf(model: JsonObject | undefined | JsonValue): readonly JsonValue[] {
  if (!isJsonObject(model)) return [];
  return arrayAt(objectAt(model, 'config'), 'layers') ?? arrayAt(model, 'config') ?? [];
}
