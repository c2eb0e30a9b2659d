import { numberAttribute, textAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder, GradientScope, Operator } from '../operator';
import { stridesOf, type Shape } from '../tensor';
import { requiredConstant } from './axis';
import { flatIndex, gatherElements } from './strided';

/** Operators that move elements between axes, repeat them or sum them up along an axis. */
export const rearranging: Readonly<Record<string, Operator>> = {
  // [N, b²C, H, W] to [N, C, bH, bW]; DCR: depth is (b, b, C), CRD: (C, b, b).
  DepthToSpace: {
    traits: ['channels-second'],
    infer: (node, { types: [x] }) => {
      const block = numberAttribute(node, 'blocksize', 1);
      const [n, c, h, w] = pictures(node.op, x!.shape);
      if (c % (block * block) !== 0) throw new Error(`DepthToSpace: ${c} channels are no multiple of ${block}²`);
      return [{ type: x!.type, shape: [n, c / (block * block), h * block, w * block] }];
    },
    gradient: (scope) => [depthToSpaceGradient(scope)],
  },
  SpaceToDepth: {
    traits: ['channels-second'],
    decompose: (node, builder) => (node.attributes.mode === undefined ? undefined : [spaceToDepth(node, builder)]),
    infer: (node, { types: [x] }) => {
      const block = numberAttribute(node, 'blocksize', 1);
      const [n, c, h, w] = pictures(node.op, x!.shape);
      if (h % block !== 0 || w % block !== 0) throw new Error(`SpaceToDepth: ${h} × ${w} is no multiple of ${block}`);
      return [{ type: x!.type, shape: [n, c * block * block, h / block, w / block] }];
    },
    gradient: ({ node, builder, dy }) => [
      builder.add('DepthToSpace', [dy()], { blocksize: numberAttribute(node, 'blocksize', 1), mode: 'DCR' }),
    ],
  },
  Tile: {
    infer: (node, { types: [x], constants }) => {
      const repeats = requiredConstant(node, constants, 1).data;
      return [{ type: x!.type, shape: x!.shape.map((size, axis) => size * repeats[axis]!) }];
    },
    evaluate: (_node, [x, repeats]) => {
      const strides = stridesOf(x!.shape);
      const shape = x!.shape.map((size, axis) => size * repeats!.data[axis]!);
      return [
        gatherElements(x!, shape, (position) =>
          flatIndex(
            position.map((each, axis) => each % x!.shape[axis]!),
            strides,
          ),
        ),
      ];
    },
    // Each axis splits into (repeat, own); dy is summed over the repeats.
    gradient: ({ node, builder, dy, shape }) => {
      const own = shape(node.inputs[0]!);
      const sizes = shape(node.outputs[0]!).flatMap((size, axis) => [
        own[axis] === 0 ? 0 : size / own[axis]!,
        own[axis]!,
      ]);
      const split = builder.add('Reshape', [dy(), builder.indices(sizes)]);
      const axes = builder.indices(own.map((_, axis) => 2 * axis));
      return [builder.add('ReduceSum', [split, axes], { keepdims: 0 }), ''];
    },
  },
  Trilu: {
    infer: (_node, { types: [x] }) => [x!],
    evaluate: (node, [x, diagonal]) => {
      const upper = numberAttribute(node, 'upper', 1) === 1;
      const k = diagonal?.data[0] ?? 0;
      const data = x!.data.slice();
      const [rows, columns] = x!.shape.slice(-2) as [number, number];
      data.forEach((_, index) => {
        const beyond = (index % columns) - (Math.floor(index / columns) % rows) - k;
        if (upper ? beyond < 0 : beyond > 0) data[index] = 0;
      });
      return [{ ...x!, data } as typeof x & object];
    },
    gradient: ({ node, builder, dy }) => [
      builder.add('Trilu', [dy(), ...node.inputs.slice(1)], { upper: numberAttribute(node, 'upper', 1) }),
      '',
    ],
  },
  // The adjoint sums from the other end.
  CumSum: {
    infer: (_node, { types: [x] }) => [x!],
    gradient: ({ node, builder, dy }) => {
      const reverse = 1 - numberAttribute(node, 'reverse', 0);
      const exclusive = numberAttribute(node, 'exclusive', 0);
      return [builder.add('CumSum', [dy(), node.inputs[1]!], { reverse, exclusive }), ''];
    },
  },
};

/** Since opset 27 a mode says which part of the depth is the channels; ONNX Runtime knows DCR only. */
function spaceToDepth(node: GraphNode, builder: DecomposingBuilder): string {
  const x = node.inputs[0]!;
  const block = numberAttribute(node, 'blocksize', 1);
  if (textAttribute(node, 'mode', 'DCR') === 'DCR') return builder.add('SpaceToDepth', [x], { blocksize: block });
  const [n, c, h, w] = pictures(node.op, builder.shape(x));
  const split = builder.add('Reshape', [x, builder.indices([n, c, h / block, block, w / block, block])]);
  const turned = builder.add('Transpose', [split], { perm: [0, 1, 3, 5, 2, 4] });
  return builder.add('Reshape', [turned, builder.indices([n, c * block * block, h / block, w / block])]);
}

function pictures(op: string, shape: Shape): readonly [number, number, number, number] {
  if (shape.length !== 4) throw new Error(`${op}: rank ${shape.length} instead of 4`);
  return shape as unknown as readonly [number, number, number, number];
}

function depthToSpaceGradient({ node, builder, dy, shape }: GradientScope): string {
  const block = numberAttribute(node, 'blocksize', 1);
  if (textAttribute(node, 'mode', 'DCR') === 'DCR') return builder.add('SpaceToDepth', [dy()], { blocksize: block });
  const input = shape(node.inputs[0]!);
  const [n, c, h, w] = pictures(node.op, input);
  const split = builder.add('Reshape', [dy(), builder.indices([n, c / (block * block), h, block, w, block])]);
  const turned = builder.add('Transpose', [split], { perm: [0, 1, 3, 5, 2, 4] });
  return builder.add('Reshape', [turned, builder.indices(input)]);
}
