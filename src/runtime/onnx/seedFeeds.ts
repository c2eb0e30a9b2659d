import { seedCoefficients, type GradientGraph } from '../../core/graph/gradientGraph';
import { floats, type Tensor } from '../../core/graph/tensor';
import type { Objective } from '../../core/model/classifier';
import { classRow } from '../../core/model/objectives';

/** Rows of classes and coefficients of each image's objective; one objective serves all. */
export function seedFeeds(
  objectives: readonly Objective[],
  size: number,
  { graph, oneHot, coefficients: names }: GradientGraph,
): Record<string, Tensor> {
  const classes = graph.types.get(oneHot)!.shape[1]!;
  const rows = new Float32Array(size * classes);
  const [a, b, k] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
  for (let image = 0; image < size; image++) {
    const objective = objectives[objectives.length === 1 ? 0 : image];
    if (objective === undefined) continue;
    rows.set(classRow(objective, classes), image * classes);
    const coefficients = seedCoefficients[objective.kind === 'combination' ? 'logit' : objective.kind];
    a[image] = coefficients.a;
    b[image] = coefficients.b;
    k[image] = coefficients.k;
  }
  return {
    [oneHot]: floats([size, classes], rows),
    [names.a]: floats([size, 1], a),
    [names.b]: floats([size, 1], b),
    [names.k]: floats([size, 1], k),
  };
}
