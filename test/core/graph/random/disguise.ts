import type { Graph, GraphInput, GraphNode, StaticGraph } from '../../../../src/core/graph/graph';
import { floats, integers, sizeOf, type Tensor } from '../../../../src/core/graph/tensor';
import { transposedTensor } from '../../../../src/core/graph/permutation';
import type { Draw } from './draw';

/** What stands in for a constant: nodes that end in a value of its name, and constants of their own. */
interface Computed {
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly (readonly [string, Tensor])[];
}

/** The network with some constants computed, from others or from the picture, and some as inputs, as trained weights are. */
export function disguised(graph: StaticGraph, replaceable: ReadonlySet<string>, draw: Draw): StaticGraph {
  const constants = new Map<string, Tensor>();
  const inputs: GraphInput[] = [...graph.inputs];
  const before: GraphNode[] = [];
  for (const [name, tensor] of graph.constants) {
    const isFloat = replaceable.has(name);
    if (isFloat && draw.chance(0.1)) inputs.push({ name, type: 'float32', shape: tensor.shape });
    else if (draw.chance(isFloat ? 0.35 : 0.15)) {
      const { nodes, constants: own } =
        isFloat && draw.chance(0.4) ? fromPicture(graph, name, tensor) : computed(graph, name, tensor, draw);
      before.push(...nodes);
      for (const [each, value] of own) constants.set(each, value);
    } else constants.set(name, tensor);
  }
  return { ...graph, inputs, constants, nodes: [...before, ...graph.nodes] };
}

/** The constant plus a tenth of the mean of the picture: another network, whose value only depends on more. */
function fromPicture({ inputs }: Graph, name: string, tensor: Tensor): Computed {
  const of = (part: string): string => `${name}/${part}`;
  return {
    nodes: [
      { op: 'ReduceMean', inputs: [inputs[0]!.name], outputs: [of('mean')], attributes: { keepdims: 0 } },
      { op: 'Mul', inputs: [of('mean'), of('share')], outputs: [of('part')], attributes: {} },
      { op: 'Add', inputs: [of('own'), of('part')], outputs: [name], attributes: {} },
    ],
    constants: [
      [of('share'), floats([], [0.1])],
      [of('own'), tensor],
    ],
  };
}

function computed(graph: Graph, name: string, tensor: Tensor, draw: Draw): Computed {
  const of = (part: string): string => `${name}/${part}`;
  const single = (
    op: string,
    value: Tensor,
    attributes: GraphNode['attributes'] = {},
    more: readonly Tensor[] = [],
  ): Computed => ({
    nodes: [{ op, inputs: [of('own'), ...more.map((_, index) => of(`more${index}`))], outputs: [name], attributes }],
    constants: [[of('own'), value], ...more.map((each, index) => [of(`more${index}`), each] as const)],
  });
  const count = sizeOf(tensor.shape);
  const batch = graph.inputs[0]!.shape[0]!;
  if (tensor.type === 'int64' && tensor.shape.length === 1 && tensor.data[0] === batch && count > 1) {
    const picture = graph.inputs[0]!.name;
    const size: readonly GraphNode[] = draw.chance(0.5)
      ? [{ op: 'Shape', inputs: [picture], outputs: [of('size')], attributes: { start: 0, end: 1 } }]
      : [
          { op: 'Shape', inputs: [picture], outputs: [of('sizes')], attributes: {} },
          { op: 'Gather', inputs: [of('sizes'), of('first')], outputs: [of('size')], attributes: { axis: 0 } },
        ];
    return {
      nodes: [...size, { op: 'Concat', inputs: [of('size'), of('rest')], outputs: [name], attributes: { axis: 0 } }],
      constants: [
        [of('first'), integers([0])],
        [of('rest'), integers(Array.from(tensor.data).slice(1))],
      ],
    };
  }
  const flat = { ...tensor, shape: [count] };
  const forms: (() => Computed)[] = [
    () => single('Identity', tensor),
    () => ({ nodes: [{ op: 'Constant', inputs: [], outputs: [name], attributes: { value: tensor } }], constants: [] }),
  ];
  if (tensor.shape.length > 0) forms.push(() => single('Reshape', flat, {}, [integers(tensor.shape)]));
  if (tensor.shape.length > 1) {
    const perm = draw.shuffled(tensor.shape.map((_, axis) => axis));
    const back = perm.map((_, axis) => perm.indexOf(axis));
    forms.push(() => single('Transpose', transposedTensor(tensor, back), { perm }));
  }
  if (tensor.type === 'float32') forms.push(() => single('Mul', halved(tensor), {}, [floats([], [2])]));
  return draw.pick(forms)();
}

function halved(tensor: Extract<Tensor, { type: 'float32' }>): Tensor {
  return floats(
    tensor.shape,
    tensor.data.map((value) => value / 2),
  );
}

/** Names that passes would like to give. */
const WANTED =
  'turned:0 turned:1 turned:3 modern:0 modern:1 pixels:input pixels:constant pixels:Mul one-hot coefficient-a constant:0 indices:0 ' +
  'scalar:0 Transpose:0 Transpose:1 Reshape:0 Conv:0 Add:0 Mul:1 places:0 Windows:0 Gather:0 folded:0 folded:1 folded:2';

/** The network with some values under names that passes would like to give, and `x:weight` beside `x`. */
export function renamed(graph: StaticGraph, draw: Draw): StaticGraph {
  const made = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  const all = [...made, ...graph.constants.keys()];
  const taken = new Set([...all, ...graph.inputs.map(({ name }) => name)]);
  const names = new Map<string, string>();
  const wanted = [...WANTED.split(' '), ...draw.some(made, 0.2).flatMap((name) => [`${name}:weight`, `${name}:bias`])];
  for (const name of draw.some(all, 0.4)) {
    const free = draw.pick(wanted);
    if (taken.has(free)) continue;
    taken.add(free);
    names.set(name, free);
  }
  const of = (name: string): string => names.get(name) ?? name;
  return {
    ...graph,
    outputs: graph.outputs.map(of),
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(of), outputs: node.outputs.map(of) })),
    constants: new Map([...graph.constants].map(([name, tensor]) => [of(name), tensor])),
    types: new Map([...graph.types].map(([name, type]) => [of(name), type])),
  };
}
