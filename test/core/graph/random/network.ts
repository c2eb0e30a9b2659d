import type { StaticGraph } from '../../../../src/core/graph/graph';
import { floats, sizeOf, type Shape, type Tensor } from '../../../../src/core/graph/tensor';
import { disguised, renamed } from './disguise';
import { Draft, type Step } from './draft';
import { Draw } from './draw';
import { elementwise } from './elementwise';
import { isUnfit, moving } from './moving';
import { spatial } from './spatial';

/** A network and what it is fed with. */
export interface Network {
  readonly graph: StaticGraph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Whose meaning the nodes have; 21 unless told. */
  readonly opset?: number;
}

const FAMILIES: readonly (readonly Step[])[] = [spatial, spatial, moving, elementwise];
const BATCH = 2;

/** A network that `seed` alone decides; `steps`: fewer of its steps, to find what matters. */
export function randomNetwork(seed: number, steps = Infinity): Network {
  const draw = new Draw(seed);
  const draft = new Draft(draw, pictureShape(draw));
  const count = draw.int(3, 14);
  for (let step = 0; step < Math.min(steps, count); step++) grow(draft, draw.pick(FAMILIES));
  const last = draw.chance(0.4) ? classified(draft) : draft.values.at(-1)!;
  const others = draft.values.slice(1).filter((name) => name !== last);
  const outputs = [last, ...new Set(draw.some(others, draw.chance(0.5) ? 0.15 : 0)), ...oddOutputs(draft, last)];
  const graph = draft.builder.build(outputs);
  const plain = { ...graph, inputs: [...graph.inputs], types: new Map(graph.types) };
  const made = renamed(draw.chance(0.7) ? disguised(plain, draft.replaceable, draw) : plain, draw);
  const weights = draft.builder;
  const feeds = made.inputs.map(({ name, shape }, index): [string, Tensor] => [
    name,
    // Numbers of few digits, which can be scaled and shifted without rounding.
    index === 0
      ? floats(
          shape,
          draw.numbers(sizeOf(shape)).map((value) => Math.round(value * 4096) / 4096),
        )
      : weights.constantOf(name)!,
  ]);
  return { graph: made, feeds: Object.fromEntries(feeds) };
}

/** The picture itself, a constant or an output for the second time. */
function oddOutputs({ draw, replaceable }: Draft, last: string): readonly string[] {
  if (!draw.chance(0.1)) return [];
  return [draw.pick(['picture', last, ...replaceable])];
}

function pictureShape(draw: Draw): Shape {
  const [channels, height, width] = [draw.pick([1, 3, 4, 8, 9]), draw.int(3, 7), draw.int(3, 7)];
  return draw.chance(0.4) ? [BATCH, height, width, channels] : [BATCH, channels, height, width];
}

/** One more step from one of the latest values. Steps that do not fit are not taken. */
function grow(draft: Draft, family: readonly Step[]): void {
  const { draw, values } = draft;
  for (let attempt = 0; attempt < 4; attempt++) {
    const x = values.at(-1 - Math.min(values.length - 1, draw.pick([0, 0, 0, 0, 1, 2])))!;
    try {
      const made = draw
        .pick(family)(draft, x)
        ?.filter((name) => !isUnfit(draft, name));
      if (made === undefined || made.length === 0) continue;
      values.push(...draw.shuffled(made));
      return;
    } catch {
      // Sizes that do not go together.
    }
  }
}

/** Scores of four classes, and what a classifier ends in. */
function classified(draft: Draft): string {
  const { draw, values } = draft;
  const x = values.at(-1)!;
  if (draft.shape(x)[0] !== BATCH || sizeOf(draft.shape(x)) > 4000) return x;
  const rows = draft.add('Flatten', [x], { axis: 1 });
  const size = draft.shape(rows)[1]!;
  const scores = draft.add('Gemm', [rows, draft.floats([size, 4], 1.5 / Math.sqrt(size)), draft.floats([4])]);
  const op = draw.pick(['', 'Softmax', 'LogSoftmax', 'Sigmoid']);
  const end = op === '' ? scores : draft.add(op, [scores], op === 'Sigmoid' ? {} : { axis: draw.pick([-1, 1]) });
  return draw.chance(0.3) ? draft.add('Identity', [end]) : end;
}
