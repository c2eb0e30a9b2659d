import { numberAttribute } from '../graph';
import type { Operator } from '../operator';
import { positive, requiredConstant } from './axis';
import { zeros } from './zeros';

/** The k largest (smallest) elements along an axis, and where they stood; dy goes back there. */
export const topK: Readonly<Record<string, Operator>> = {
  TopK: {
    infer: (node, { types: [x], constants }) => {
      const axis = positive(numberAttribute(node, 'axis', -1), x!.shape.length);
      const k = requiredConstant(node, constants, 1).data[0]!;
      if (k > x!.shape[axis]!) throw new Error(`TopK: ${k} of ${x!.shape[axis]} elements`);
      const shape = x!.shape.map((size, each) => (each === axis ? k : size));
      return [
        { type: x!.type, shape },
        { type: 'int64', shape },
      ];
    },
    gradient: (scope) => {
      const { node, builder, shape } = scope;
      if (!scope.hasGradient(0)) return ['', ''];
      const axis = positive(numberAttribute(node, 'axis', -1), shape(node.inputs[0]!).length);
      const places = node.outputs[1] ?? '';
      const known = places === '' ? builder.addMany('TopK', node.inputs, 2, node.attributes)[1]! : places;
      const target = zeros(builder, shape(node.inputs[0]!));
      return [builder.add('ScatterElements', [target, known, scope.dy()], { axis }), ''];
    },
  },
};
