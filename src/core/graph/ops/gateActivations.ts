import { numberAttribute, numbersAttribute, type GraphNode } from '../graph';
import type { DecomposingBuilder } from '../operator';
import { terms } from './terms';

/** Activations with a parameter and the parameters' values where the node gives none. */
const PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  leakyrelu: [0.01],
  elu: [1],
  thresholdedrelu: [1],
  hardsigmoid: [0.2, 0.5],
  scaledtanh: [1, 1],
  affine: [1, 0],
};
const NAMES: Readonly<Record<string, string>> = {
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  relu: 'Relu',
  softsign: 'Softsign',
  softplus: 'Softplus',
  leakyrelu: 'LeakyRelu',
  elu: 'Elu',
  thresholdedrelu: 'ThresholdedRelu',
  hardsigmoid: 'HardSigmoid',
};

/**
 * The activations of one direction of a recurrent layer: function `index` of the list that the node gives (`kinds` unless told),
 * clipped before to ±`clip`.
 */
export function gateActivation(
  node: GraphNode,
  builder: DecomposingBuilder,
  kinds: readonly string[],
  direction: number,
): (index: number, x: string) => string {
  const given = Array.isArray(node.attributes.activations) ? node.attributes.activations.map(String) : undefined;
  const names = (given ?? [...kinds, ...kinds]).map((name) => name.toLowerCase());
  const [alphas, betas] = ['activation_alpha', 'activation_beta'].map((name) => [
    ...(numbersAttribute(node, name) ?? []),
  ]);
  // Parameters are listed for those functions only that have some.
  const functions = names.map((name) => {
    const [alpha, beta] = PARAMETERS[name] ?? [];
    return {
      name,
      alpha: alpha === undefined ? undefined : (alphas!.shift() ?? alpha),
      beta: beta === undefined ? undefined : (betas!.shift() ?? beta),
    };
  });
  const clip = numberAttribute(node, 'clip', 0);
  const t = terms(builder);
  return (index, x) => {
    const chosen = functions[direction * kinds.length + index];
    const value = clip > 0 ? builder.add('Min', [t.max(x, builder.scalar(-clip)), builder.scalar(clip)]) : x;
    if (chosen === undefined) throw new Error(`${node.op}: there are too few activations`);
    const { name, alpha, beta } = chosen;
    if (name === 'affine') return t.plus(t.times(value, alpha!), beta!);
    if (name === 'scaledtanh') return t.times(builder.add('Tanh', [t.times(value, beta!)]), alpha!);
    const op = NAMES[name];
    if (op === undefined) throw new Error(`${node.op}: its activation is not known`);
    return builder.add(op, [value], {
      ...(alpha !== undefined && { alpha }),
      ...(beta !== undefined && { beta }),
    });
  };
}
