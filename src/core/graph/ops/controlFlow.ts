import { subgraphAttribute, type GraphNode, type Subgraph } from '../graph';
import { NotWrittenOut } from '../notWrittenOut';
import type { DecomposingBuilder, Operator } from '../operator';
import { tensorOf } from '../tensor';
import { composite } from './composite';

/** Nodes that a loop may be written out into. */
const MOST_NODES = 4_000;

/** Control flow whose course does not depend on the picture: the branch that is taken, and a loop turn by turn. */
export const controlFlow: Readonly<Record<string, Operator>> = {
  If: composite((node, builder) => {
    const condition = builder.constantOf(node.inputs[0]!);
    if (condition === undefined) throw new NotWrittenOut(node.op, 'its condition');
    const branch = subgraphAttribute(node, condition.data[0] === 0 ? 'else_branch' : 'then_branch');
    return inlined(builder, branch, [], captured(node, branch));
  }),
  Loop: composite(loop),
};

function captured(node: GraphNode, { captures }: Subgraph): readonly string[] {
  return node.inputs.slice(node.inputs.length - captures.length);
}

/** Carried values come first, then what each turn puts out, one after the other. */
function loop(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const body = subgraphAttribute(node, 'body');
  const around = captured(node, body);
  const [most, going, ...first] = node.inputs.slice(0, node.inputs.length - around.length) as [string, string];
  const known = (value: string, what: string): number => {
    const tensor = builder.constantOf(value);
    if (tensor === undefined) throw new NotWrittenOut(node.op, what);
    return tensor.data[0]!;
  };
  const count = most === '' ? Infinity : known(most, 'how often it runs');
  let condition = going === '' ? builder.constant(tensorOf('bool', [], [1])) : going;
  let carried: readonly string[] = first;
  const turns: (readonly string[])[] = [];
  for (let turn = 0; turn < count && known(condition, 'whether it goes on') !== 0; turn++) {
    if ((turn + 1) * body.nodes.length > MOST_NODES) throw new NotWrittenOut('Loop', 'its turns', 'are too many');
    const index = builder.constant(tensorOf('int64', [], [turn]));
    const [next, ...values] = inlined(builder, body, [index, condition, ...carried], around) as [string, ...string[]];
    condition = next;
    carried = values.slice(0, first.length);
    turns.push(values.slice(first.length));
  }
  const collected = body.outputs.slice(1 + first.length).map((_, which) => {
    if (turns.length === 0) throw new Error('Loop: what a loop without turns collects is not supported');
    const rows = turns.map((turn) => builder.add('Unsqueeze', [turn[which]!, builder.indices([0])]));
    return builder.add('Concat', rows, { axis: 0 });
  });
  return [...carried, ...collected];
}

/** Adds a body's nodes once more, under names of their own, and returns its outputs. */
function inlined(
  builder: DecomposingBuilder,
  body: Subgraph,
  inputs: readonly string[],
  around: readonly string[],
): readonly string[] {
  const names = new Map<string, string>([['', '']]);
  body.inputs.forEach((name, index) => names.set(name, inputs[index] ?? ''));
  body.captures.forEach((name, index) => names.set(name, around[index]!));
  for (const [name, tensor] of body.constants) names.set(name, builder.constant(tensor));
  for (const { op, inputs: own, outputs, attributes } of body.nodes) {
    const given = own.map((name) => names.get(name)!);
    const count = outputs.reduce((most, name, index) => (name === '' ? most : index + 1), 0);
    const made = builder.addMany(op, given, count, attributes);
    made.forEach((value, index) => names.set(outputs[index]!, value));
  }
  return body.outputs.map((name) => names.get(name)!);
}
