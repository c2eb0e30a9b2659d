import { numberAttribute, type Attributes, type GraphNode } from '../graph';
import type { DecomposingBuilder, Operator } from '../operator';
import { composite } from './composite';
import { terms } from './terms';

/**
 * Operators of whole numbers as those of floats between quantisation and its inverse, which is what ONNX defines them by; so the
 * derivative goes straight through their rounding too. Sums of products are floats, of the type that the file casts them to.
 */
export const quantizedOperators: Readonly<Record<string, Operator>> = {
  // (a − za)·(b − zb).
  MatMulInteger: composite(({ inputs: [a, b, za = '', zb = ''] }, builder) => [
    builder.add('MatMul', [steps(builder, a!, za, -2), steps(builder, b!, zb, -1)]),
  ]),
  ConvInteger: composite(({ inputs: [x, w, zx = '', zw = ''], attributes }, builder) => [
    builder.add('Conv', [steps(builder, x!, zx, 1), steps(builder, w!, zw, 0)], attributes),
  ]),
  QLinearMatMul: composite(({ inputs }, builder) => {
    const [a, sa, za, b, sb, zb, sy, zy] = inputs as [string, ...string[]];
    const product = builder.add('MatMul', [real(builder, a, sa!, za!, -2), real(builder, b!, sb!, zb!, -1)]);
    return [builder.add('QuantizeLinear', [product, one(builder, sy!), one(builder, zy!)])];
  }),
  QLinearConv: composite(({ inputs, attributes }, builder) => {
    const [x, sx, zx, w, sw, zw, sy, zy, bias = ''] = inputs as [string, ...string[]];
    const t = terms(builder);
    const floats = [real(builder, x, sx!, zx!, 1), real(builder, w!, sw!, zw!, 0)];
    // A bias counts in steps of both scales.
    if (bias !== '')
      floats.push(t.mul(builder.add('Cast', [bias], { to: 1 }), t.mul(one(builder, sx!), flat(builder, sw!))));
    return [
      builder.add('QuantizeLinear', [builder.add('Conv', floats, attributes), one(builder, sy!), one(builder, zy!)]),
    ];
  }),
  QLinearAdd: composite(binary('Add')),
  QLinearMul: composite(binary('Mul')),
  QLinearSigmoid: composite(unary('Sigmoid')),
  QLinearLeakyRelu: composite(unary('LeakyRelu')),
  QLinearAveragePool: composite(unary('AveragePool')),
  QLinearGlobalAveragePool: composite(unary('GlobalAveragePool')),
  QLinearSoftmax: composite(unary('Softmax')),
  QLinearConcat: composite(({ inputs: [sy, zy, ...parts], attributes }, builder) => {
    const values: string[] = [];
    for (let at = 0; at + 2 < parts.length; at += 3)
      values.push(real(builder, parts[at]!, parts[at + 1]!, parts[at + 2]!, 1));
    return [
      builder.add('QuantizeLinear', [builder.add('Concat', values, attributes), one(builder, sy!), one(builder, zy!)]),
    ];
  }),
};

function binary(op: string): NonNullable<Operator['decompose']> {
  return ({ inputs }, builder) => {
    const [a, sa, za, b, sb, zb, sy, zy] = inputs as [string, ...string[]];
    const result = builder.add(op, [real(builder, a, sa!, za!, 1), real(builder, b!, sb!, zb!, 1)]);
    return [builder.add('QuantizeLinear', [result, one(builder, sy!), one(builder, zy!)])];
  };
}

function unary(op: string): NonNullable<Operator['decompose']> {
  return (node: GraphNode, builder: DecomposingBuilder) => {
    const [x, sx, zx, sy, zy] = node.inputs as [string, ...string[]];
    if (numberAttribute(node, 'channels_last', 0) !== 0)
      throw new Error(`${node.op}: channels in the last axis are not supported`);
    const attributes: Attributes = Object.fromEntries(
      Object.entries(node.attributes).filter(([name]) => name !== 'channels_last' && name !== 'opset'),
    );
    const result = builder.add(op, [real(builder, x, sx!, zx!, 1)], attributes);
    return [builder.add('QuantizeLinear', [result, one(builder, sy!), one(builder, zy!)])];
  };
}

/** What whole numbers stand for; scales and zeros one for all, or one a slice of `axis`. */
function real(builder: DecomposingBuilder, x: string, scale: string, zero: string, axis: number): string {
  const counted = axis < 0 ? axis + builder.shape(x).length : axis;
  const [flatScale, flatZero] = [flat(builder, scale), zero === '' ? '' : flat(builder, zero)];
  const inputs = flatZero === '' ? [x, flatScale] : [x, flatScale, flatZero];
  return builder.add('DequantizeLinear', inputs, builder.shape(flatScale).length === 0 ? {} : { axis: counted });
}

/** Steps from zero: whole numbers as floats. */
function steps(builder: DecomposingBuilder, x: string, zero: string, axis: number): string {
  const { type, shape } = builder.type(zero === '' ? x : zero);
  const count = zero === '' ? 1 : shape.reduce((product, size) => product * size, 1);
  if (type !== 'uint8' && type !== 'int8')
    throw new Error('Products of whole numbers of more than 8 bits are not supported');
  const each = count === 1 ? builder.scalar(1) : builder.add('Expand', [builder.scalar(1), builder.indices([count])]);
  return real(builder, x, each, zero, axis);
}

function flat(builder: DecomposingBuilder, value: string): string {
  const shape = builder.shape(value);
  const count = shape.reduce((product, size) => product * size, 1);
  const wanted = count === 1 ? [] : [count];
  return shape.length === wanted.length ? value : terms(builder).reshape(value, wanted);
}

function one(builder: DecomposingBuilder, value: string): string {
  return value === '' ? '' : flat(builder, value);
}
