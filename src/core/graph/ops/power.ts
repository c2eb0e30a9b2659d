import type { GradientScope } from '../operator';
import { floats, type Tensor } from '../tensor';
import type { Sides } from './broadcast';

/** Base of the logarithm's argument where x ≤ 0; the factor x^p is 0 or the derivative does not exist there. */
const SMALLEST = 1.17549435e-38;

/** z = x^p: dx = dz·p·x^(p−1), dp = dz·z·ln x (0 where x = 0). Small whole exponents avoid Pow. */
export function powerGradient({ builder, dy, node, constant, shape }: GradientScope): Sides {
  const [x, p] = node.inputs as [string, string];
  const times = (left: string, right: string): string => builder.add('Mul', [left, right]);
  const exponents = constant(p);
  return {
    x: () => {
      const single = exponents?.data.length === 1 ? exponents.data[0]! : undefined;
      if (single === 1) return dy();
      if (single === 2) return times(dy(), times(x, builder.scalar(2)));
      if (single === 3) return times(dy(), times(times(x, x), builder.scalar(3)));
      const own = exponents === undefined ? asFloat(p) : builder.constant(toFloats(exponents, (each) => each));
      const lower =
        exponents === undefined
          ? builder.add('Sub', [own, builder.scalar(1)])
          : builder.constant(toFloats(exponents, (each) => (each === 0 ? 0 : each - 1)));
      return times(dy(), times(builder.add('Pow', [x, lower]), own));
    },
    y: () => {
      const logarithm = builder.add('Log', [builder.add('Max', [x, builder.scalar(SMALLEST)])]);
      return times(dy(), times(node.outputs[0]!, logarithm));
    },
  };

  function asFloat(value: string): string {
    return builder.type(value).type === 'float32' ? value : builder.add('Cast', [value], { to: 1 });
  }

  function toFloats(tensor: Tensor, change: (each: number) => number): Tensor {
    return floats(shape(p), Float32Array.from(tensor.data, change));
  }
}
