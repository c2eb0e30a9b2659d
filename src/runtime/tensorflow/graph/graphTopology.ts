import { UserError } from '../../../core/errors';
import { damaged } from '../../../formats/models/files';
import type { JsonObject, JsonValue } from '../../../formats/json/json';
import { arrayAt, isJsonObject, objectAt, stringAt } from '../../../formats/json/json';
import { MODEL_LIMITS } from '../../../core/model/limits';

/** A node of a TensorFlow graph as graph models write it. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: JsonObject;
}

export interface GraphInput {
  readonly name: string;
  readonly dtype: string;
  /** Without the batch; null where left open; undefined if the rank is unknown. */
  readonly shape?: readonly (number | null)[];
}

/**
 * The nodes of a graph model, checked: names unique, inputs present, no circles.
 *
 * Throws `UserError('model-unreadable')`.
 */
export function readGraph(topology: JsonObject): GraphNode[] {
  const list = arrayAt(topology, 'node') ?? [];
  if (list.length > MODEL_LIMITS.nodes) throw damaged('The model has too many nodes');
  const nodes = list.map((value): GraphNode => {
    const name = stringAt(value, 'name');
    const op = stringAt(value, 'op');
    const input = isJsonObject(value) ? (value.input ?? []) : undefined;
    const isName = (each: JsonValue): each is string => typeof each === 'string';
    if (name === undefined || op === undefined || !Array.isArray(input) || !input.every(isName)) {
      throw damaged('A node of the model is malformed');
    }
    return { name, op, input, attr: objectAt(value, 'attr') ?? {} };
  });
  checkOrder(nodes);
  return nodes;
}

/** The node that an input such as "dense/BiasAdd:0" or "^control" names. */
export function nodeName(input: string): string {
  return input.replace(/^\^/, '').replace(/:\d+$/, '');
}

/** Nodes by name. */
export function indexNodes(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

/** Names of the constants that must come from the weight files. */
export function constantNames(nodes: readonly GraphNode[]): string[] {
  return nodes.filter(({ op }) => op === 'Const').map(({ name }) => name);
}

/**
 * The placeholders that a picture could go into.
 *
 * Throws `UserError('model-unsupported')` unless there is exactly one.
 */
export function graphInput(nodes: readonly GraphNode[], signature: JsonObject | undefined): GraphInput {
  const placeholders = nodes.filter(({ op }) => op === 'Placeholder');
  if (placeholders.length !== 1) {
    throw new UserError(
      'model-unsupported',
      `The model has ${placeholders.length} inputs.`,
      'Choose a model that takes one picture and nothing else.',
    );
  }
  const { name, attr } = placeholders[0]!;
  const signed = Object.values(objectAt(signature, 'inputs') ?? {}).find(
    (each) => nodeName(stringAt(each, 'name') ?? '') === name,
  );
  const shape =
    readDimensions(objectAt(objectAt(attr, 'shape'), 'shape')) ?? readDimensions(objectAt(signed, 'tensorShape'));
  const type = objectAt(attr, 'dtype')?.type ?? stringAt(signed, 'dtype');
  const dtype =
    typeof type === 'string' ? type : type === 1 || type === undefined ? 'DT_FLOAT' : `type ${JSON.stringify(type)}`;
  return { name, dtype, ...(shape && { shape: shape.slice(1) }) };
}

/** Names of the model's outputs: those of its signature, else the nodes that no other node reads. */
export function graphOutputs(nodes: readonly GraphNode[], signature: JsonObject | undefined): string[] {
  const known = indexNodes(nodes);
  const signed = Object.values(objectAt(signature, 'outputs') ?? {}).map((each) => stringAt(each, 'name') ?? '');
  const present = signed.filter((name) => known.has(nodeName(name)));
  if (present.length > 0) return present;
  const read = new Set(nodes.flatMap(({ input }) => input.map(nodeName)));
  return nodes
    .filter(({ name, op }) => !read.has(name) && op !== 'Const' && op !== 'NoOp' && op !== 'Placeholder')
    .map(({ name }) => name);
}

function readDimensions(shape: JsonObject | undefined): (number | null)[] | undefined {
  if (shape === undefined || shape.unknownRank === true) return undefined;
  const dimensions = arrayAt(shape, 'dim');
  return dimensions?.map((dimension) => {
    const size = Number(isJsonObject(dimension) ? (dimension.size ?? -1) : -1);
    return Number.isInteger(size) && size > 0 ? size : null;
  });
}

/** Kahn's algorithm: every node must become computable. Loops of TensorFlow 1 (NextIteration) are circles too. */
function checkOrder(nodes: readonly GraphNode[]): void {
  const waiting = new Map<string, number>();
  const readers = new Map<string, string[]>();
  const known = indexNodes(nodes);
  if (known.size !== nodes.length) throw damaged('Two nodes of the model have the same name');
  for (const { name, input } of nodes) {
    waiting.set(name, input.length);
    for (const source of input.map(nodeName)) {
      if (!known.has(source)) throw damaged(`The node “${name}” reads “${source}”, which is not there`);
      const list = readers.get(source);
      if (list) list.push(name);
      else readers.set(source, [name]);
    }
  }
  const ready = nodes.filter(({ input }) => input.length === 0).map(({ name }) => name);
  let done = 0;
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    done++;
    for (const reader of readers.get(name) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  if (done < nodes.length) throw damaged('The connections of the model run in a circle');
}
