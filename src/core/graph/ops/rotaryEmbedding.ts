import { numberAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { composite } from './composite';
import { terms } from './terms';

/** Pairs (a, b) of each head turned by the angle of their position: (a·cos − b·sin, a·sin + b·cos) (Su et al., RoFormer, 2021). */
export const rotaryEmbedding: Readonly<Record<string, Operator>> = { RotaryEmbedding: composite(writtenOut) };

function writtenOut(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const [x, cosines, sines, positions = ''] = node.inputs as [string, string, string, string?];
  const shape = builder.shape(x);
  const heads = numberAttribute(node, 'num_heads', 0);
  const rows =
    shape.length === 4 ? t.transpose(x, [0, 2, 1, 3]) : t.reshape(x, [shape[0]!, shape[1]!, heads, shape[2]! / heads]);
  const [n, length, count, size] = builder.shape(rows) as [number, number, number, number];
  const turning = numberAttribute(node, 'rotary_embedding_dim', 0) || size;
  const half = turning / 2;
  const cache = (values: string): string => {
    const chosen = positions === '' ? values : builder.add('Gather', [values, positions], { axis: 0 });
    return t.reshape(chosen, [-1, length, 1, half]);
  };
  const [cos, sin] = [cache(cosines), cache(sines)];
  const interleaved = numberAttribute(node, 'interleaved', 0) !== 0;
  const a = interleaved ? t.slice(rows, 3, 0, turning, 2) : t.slice(rows, 3, 0, half);
  const b = interleaved ? t.slice(rows, 3, 1, turning, 2) : t.slice(rows, 3, half, turning);
  const first = t.sub(t.mul(cos, a), t.mul(sin, b));
  const second = t.add(t.mul(sin, a), t.mul(cos, b));
  const pair = [n, length, count, half, 1];
  const turned = interleaved
    ? t.reshape(t.concat([t.reshape(first, pair), t.reshape(second, pair)], 4), [n, length, count, turning])
    : t.concat([first, second], 3);
  const whole = turning === size ? turned : t.concat([turned, t.slice(rows, 3, turning, size)], 3);
  return [shape.length === 4 ? t.transpose(whole, [0, 2, 1, 3]) : t.reshape(whole, shape)];
}
