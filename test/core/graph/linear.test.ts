import { describe, expect, it } from 'vitest';
import { GraphBuilder, type OperatorTable } from '../../../src/core/graph/builder';
import { gradientGraph } from '../../../src/core/graph/gradientGraph';
import type { Graph, GraphNode } from '../../../src/core/graph/graph';
import { operators } from '../../../src/core/graph/ops/registry';
import { cancelTransposes } from '../../../src/core/graph/passes/cancelTransposes';
import { lowerWindows } from '../../../src/core/graph/passes/lowerWindows';
import { modernise } from '../../../src/core/graph/passes/modernise';
import { pictureRows } from '../../../src/core/graph/passes/pictureRows';
import { foldBatchNormalization, removeIdentities } from '../../../src/core/graph/passes/simplify';
import { stripActivation } from '../../../src/core/graph/passes/stripActivation';
import { readOnnx } from '../../../src/formats/models/onnx/onnx';
import { specialise } from '../../../src/core/graph/specialise';
import { floats } from '../../../src/core/graph/tensor';
import { inferenceForm, trainingForm } from '../../../src/core/graph/training/forms';
import { writeOnnx } from '../../../src/formats/models/onnx/writeOnnx';
import { soonest } from '../../../src/core/graph/write/order';

const CHANNELS = 8;
type Link = (builder: GraphBuilder, x: string) => string;

const list = (builder: GraphBuilder, shift = 0): string =>
  builder.constant(
    floats(
      [CHANNELS],
      Float32Array.from({ length: CHANNELS }, (_, at) => shift + at / 10),
    ),
  );

/** What a chain is made of, one or more nodes at a time. */
const LINKS: Readonly<Record<string, { readonly nodes: number; readonly add: Link }>> = {
  Relu: { nodes: 1, add: (builder, x) => builder.add('Relu', [x]) },
  'sums with constants': {
    nodes: 1,
    add: (builder, x) =>
      builder.add('Add', [x, builder.constant(floats([1, CHANNELS, 1, 1], new Float32Array(CHANNELS)))]),
  },
  'values of two readers': {
    nodes: 3,
    add: (builder, x) => {
      const y = builder.add('Tanh', [x]);
      return builder.add('Mul', [y, builder.add('Sigmoid', [y])]);
    },
  },
  'normalised convolutions': {
    nodes: 2,
    add: (builder, x) => {
      const weight = builder.constant(floats([CHANNELS, 1, 1, 1], new Float32Array(CHANNELS).fill(0.5)));
      const y = builder.add('Conv', [x, weight], { group: CHANNELS });
      return builder.add('BatchNormalization', [y, list(builder), list(builder), list(builder), list(builder, 1)]);
    },
  },
  'convolutions and poolings': {
    nodes: 3,
    add: (builder, x) => {
      const weight = builder.constant(floats([CHANNELS, CHANNELS, 1, 1], new Float32Array(CHANNELS ** 2)));
      const y = builder.add('Relu', [builder.add('Conv', [x, weight])]);
      return builder.add('MaxPool', [y], { kernel_shape: [1, 1], strides: [1, 1] });
    },
  },
  'transpositions to and fro': {
    nodes: 4,
    add: (builder, x) => {
      const y = builder.add('Tanh', [builder.add('Transpose', [x], { perm: [0, 2, 3, 1] })]);
      return builder.add('Identity', [builder.add('Transpose', [y], { perm: [0, 3, 1, 2] })]);
    },
  },
};

function chain(count: number, { nodes, add }: { readonly nodes: number; readonly add: Link }): Graph {
  const builder = new GraphBuilder(operators);
  let x = builder.input('x', { type: 'float32', shape: [1, CHANNELS, 2, 1] });
  for (let made = 0; made < count; made += nodes) x = add(builder, x);
  return builder.build([builder.add('Flatten', [x], { axis: 1 })]);
}

const head = { activation: 'logits', binary: false } as const;

/** Every step from a graph to its derivative, by name. */
const STEPS: Readonly<Record<string, (graph: Graph, table: OperatorTable) => unknown>> = {
  modernise: (graph) => modernise(graph, 20),
  cancelTransposes,
  removeIdentities,
  stripActivation: (graph) => stripActivation(graph),
  foldBatchNormalization,
  inferenceForm,
  specialise: (graph, table) => specialise(graph, 1, table),
  trainingForm: (graph, table) => trainingForm(specialise(graph, 1, operators), [], table),
  pictureRows: (graph, table) => pictureRows(withTypes(graph), table),
  gradientGraph: (graph, table) => gradientGraph(graph, 1, head, table),
  soonest: ({ nodes }) => soonest(nodes),
};

function withTypes(graph: Graph): ReturnType<typeof specialise> {
  return { ...graph, types: specialise(graph, 1, operators).types };
}

/** How often a step looks at a part of a node or an operator does something. */
function work(step: (graph: Graph, table: OperatorTable) => unknown, graph: Graph): number {
  let count = 0;
  const counted = <T extends object>(value: T): T =>
    new Proxy(value, {
      get: (target, key) => {
        count++;
        return Reflect.get(target, key) as unknown;
      },
    });
  const table = new Map([...operators].map(([name, operator]) => [name, counted(operator)] as const));
  step({ ...graph, nodes: graph.nodes.map((node): GraphNode => counted(node)) }, table);
  return count;
}

describe('work grows with the number of nodes, not with its square', () => {
  for (const [kind, link] of Object.entries(LINKS))
    it.each(Object.keys(STEPS))(`of a chain of ${kind}: %s`, (step) => {
      const [once, twice] = [300, 600].map((count) => work(STEPS[step]!, chain(count, link)));
      expect(once).toBeGreaterThan(250);
      expect(twice! / once!).toBeLessThan(2.2);
    });

  // Seconds on a machine that is busy; the limit is for one that never ends.
  it.each(Object.entries(LINKS))(
    'a chain of 10,000 is read, rewritten, differentiated and written: %s',
    { timeout: 300_000 },
    (_, link) => {
      const bytes = writeOnnx(withTypes(chain(10_000, link)));
      const { graph, opset } = readOnnx(bytes, () => {
        throw new Error('All is in the file');
      });
      const { graph: stripped } = stripActivation(removeIdentities(cancelTransposes(modernise(graph, opset))));
      const made = gradientGraph(foldBatchNormalization(stripped), 1, head, operators);
      expect(made.graph.nodes.length).toBeGreaterThan(2500);
      expect(writeOnnx(made.graph).length).toBeGreaterThan(100_000);
      const rows = lowerWindows(pictureRows(specialise(graph, 1, operators), operators), operators);
      expect(rows.nodes.length).toBeGreaterThan(2500);
    },
  );
});

describe('the order in which nodes are written', () => {
  /** Most nodes that are ready at once, if they are taken in their order. */
  function mostReady(nodes: readonly GraphNode[]): number {
    const made = new Map(nodes.flatMap(({ outputs }, index) => outputs.map((name) => [name, index] as const)));
    const since = nodes.map(({ inputs }) => Math.max(-1, ...inputs.map((name) => made.get(name) ?? -1)));
    expect(since.every((before, index) => before < index)).toBe(true);
    const starts = new Array<number>(nodes.length + 1).fill(0);
    for (const before of since) starts[before + 1]!++;
    let [ready, most] = [0, 0];
    for (const begun of starts) {
      ready += begun;
      most = Math.max(most, ready);
      ready--;
    }
    return most;
  }

  it('is that of the derivative where preparing it takes no time, so that masks are made when they are needed', () => {
    const { graph } = gradientGraph(chain(200, LINKS.Relu!), 1, head, operators);
    expect(graph.nodes.length).toBeGreaterThan(400);
    const bytes = Buffer.from(writeOnnx(graph));
    // Field 2 of a node, a text: its output.
    const places = graph.nodes.map(({ outputs }) => {
      const name = Buffer.from(outputs[0]!);
      return bytes.indexOf(Buffer.concat([Buffer.of((2 << 3) | 2, name.length), name]));
    });
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('lets few nodes wait at once, where masks of a long chain would all wait for the way back', () => {
    const { nodes } = gradientGraph(chain(400, LINKS.Relu!), 1, head, operators).graph;
    expect(mostReady(nodes)).toBeGreaterThan(400);
    const ordered = soonest(nodes);
    expect(new Set(ordered)).toEqual(new Set(nodes));
    expect(mostReady(ordered)).toBeLessThan(12);
  });
});
