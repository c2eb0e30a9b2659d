import { numberAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { floats } from '../tensor';
import { composite } from './composite';
import { counting, terms } from './terms';

/**
 * softmax(QKᵀ·s + bias)·V per head (Vaswani et al., 2017), as ONNX defines Attention (23 to 25): grouped heads, a cache of keys and
 * values, masks, causal and sliding windows, a soft cap. A query that may look at nothing gives zeros.
 */
export const attention: Readonly<Record<string, Operator>> = { Attention: composite(writtenOut) };

function writtenOut(node: GraphNode, builder: DecomposingBuilder): readonly string[] {
  const t = terms(builder);
  const [q, k, v, , pastKey = '', pastValue = ''] = node.inputs as [string, string, string, ...string[]];
  const rank = builder.shape(q).length;
  const heads = numberAttribute(node, 'q_num_heads', 0);
  const keyHeads = numberAttribute(node, 'kv_num_heads', 0);
  const query = rank === 3 ? perHead(builder, q, heads) : q;
  const newKey = rank === 3 ? perHead(builder, k, keyHeads) : k;
  const newValue = rank === 3 ? perHead(builder, v, keyHeads) : v;
  const key = pastKey === '' ? newKey : t.concat([pastKey, newKey], 2);
  const value = pastValue === '' ? newValue : t.concat([pastValue, newValue], 2);
  const count = builder.shape(query)[1]!;
  const scale = Math.sqrt(numberAttribute(node, 'scale', 0) || 1 / Math.sqrt(builder.shape(query)[3]!));
  const turned = t.transpose(repeated(builder, key, count), [0, 1, 3, 2]);
  const products = builder.add('MatMul', [t.times(query, scale), t.times(turned, scale)]);
  const capped = softCap(builder, products, numberAttribute(node, 'softcap', 0));
  const bias = biasOf(node, builder, builder.shape(query)[2]!, builder.shape(key)[2]!);
  const scores = bias === undefined ? capped : t.add(capped, bias);
  const weights =
    bias === undefined ? builder.add('Softmax', [scores], { axis: -1 }) : maskedSoftmax(builder, scores, bias);
  const result = builder.add('MatMul', [weights, repeated(builder, value, count)]);
  const mode = numberAttribute(node, 'qk_matmul_output_mode', 0);
  return [rank === 3 ? together(builder, result) : result, key, value, [products, capped, scores, weights][mode] ?? ''];
}

/** [N, L, H·D] to [N, H, L, D]. */
function perHead(builder: DecomposingBuilder, x: string, heads: number): string {
  const [n, length, width] = builder.shape(x) as [number, number, number];
  if (heads < 1 || width % heads !== 0) throw new Error(`Attention: ${width} values do not fit ${heads} heads`);
  const t = terms(builder);
  return t.transpose(t.reshape(x, [n, length, heads, width / heads]), [0, 2, 1, 3]);
}

function together(builder: DecomposingBuilder, x: string): string {
  const [n, heads, length, size] = builder.shape(x) as [number, number, number, number];
  const t = terms(builder);
  return t.reshape(t.transpose(x, [0, 2, 1, 3]), [n, length, heads * size]);
}

/** Each head of keys or values for as many heads of queries as share it. */
function repeated(builder: DecomposingBuilder, x: string, heads: number): string {
  const [n, own, length, size] = builder.shape(x) as [number, number, number, number];
  if (own === heads) return x;
  if (heads % own !== 0) throw new Error(`Attention: ${own} heads of keys do not fit ${heads} of queries`);
  const t = terms(builder);
  const shape = [n, own, heads / own, length, size];
  const spread = builder.add('Expand', [t.reshape(x, [n, own, 1, length, size]), builder.indices(shape)]);
  return t.reshape(spread, [n, heads, length, size]);
}

function softCap(builder: DecomposingBuilder, x: string, cap: number): string {
  const t = terms(builder);
  return cap > 0 ? t.times(builder.add('Tanh', [t.times(x, 1 / cap)]), cap) : x;
}

/** What is added to the scores: masks are 0 where a query may look and −∞ elsewhere. */
function biasOf(node: GraphNode, builder: DecomposingBuilder, queries: number, keys: number): string | undefined {
  const t = terms(builder);
  const [, , , mask = '', pastKey = '', , lengths = ''] = node.inputs;
  const parts: string[] = [];
  if (mask !== '') parts.push(maskBias(builder, mask, keys));
  const row = builder.constant(counting([queries, 1]));
  const column = builder.constant(counting([1, keys]));
  // How many keys stand before the first query.
  const offset =
    pastKey !== ''
      ? builder.indices([builder.shape(pastKey)[2]!])
      : lengths === ''
        ? builder.indices([0])
        : t.sub(t.reshape(lengths, [-1, 1, 1, 1]), builder.indices([queries]));
  const behind = (): string => t.sub(t.add(row, offset), column);
  const keep = (op: string, distance: number): number =>
    parts.push(whereAllowed(builder, builder.add(op, [behind(), builder.indices([distance])])));
  if (numberAttribute(node, 'is_causal', 0) !== 0) keep('GreaterOrEqual', 0);
  const [left, right] = [numberAttribute(node, 'left_window_size', -1), numberAttribute(node, 'right_window_size', -1)];
  if (left >= 0) keep('LessOrEqual', left);
  if (right >= 0) keep('GreaterOrEqual', -right);
  if (lengths !== '')
    parts.push(whereAllowed(builder, builder.add('Less', [column, t.reshape(lengths, [-1, 1, 1, 1])])));
  return parts.length === 0 ? undefined : parts.reduce(t.add);
}

/** A mask that ends before the keys do hides the others. */
function maskBias(builder: DecomposingBuilder, mask: string, keys: number): string {
  const { type, shape } = builder.type(mask);
  const bias = type === 'bool' ? whereAllowed(builder, mask) : mask;
  const missing = keys - shape.at(-1)!;
  if (missing <= 0) return bias;
  const hidden = floats(
    [...shape.slice(0, -1), missing],
    new Float32Array(missing * shape.slice(0, -1).reduce((a, b) => a * b, 1)).fill(-Infinity),
  );
  return terms(builder).concat([bias, builder.constant(hidden)], -1);
}

function whereAllowed(builder: DecomposingBuilder, allowed: string): string {
  return builder.add('Where', [allowed, builder.scalar(0), builder.scalar(-Infinity)]);
}

/** Far below any score, and not so far that differences were not numbers. */
const HIDDEN = -1e30;

/** Softmax along the last axis where scores may be −∞; 0 for rows that are −∞ throughout. */
function maskedSoftmax(builder: DecomposingBuilder, scores: string, bias: string): string {
  const known = builder.constantOf(bias)?.data;
  if (known?.every((each) => each !== -Infinity)) return builder.add('Softmax', [scores], { axis: -1 });
  const t = terms(builder);
  const weights = builder.add('Softmax', [t.max(scores, builder.scalar(HIDDEN))], { axis: -1 });
  const best = builder.add('ReduceMax', [bias, builder.indices([-1])], { keepdims: 1 });
  const seen = builder.add('Cast', [builder.add('Greater', [best, builder.scalar(-Infinity)])], { to: 1 });
  return t.mul(weights, seen);
}
