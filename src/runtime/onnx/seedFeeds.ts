import { seedCoefficients } from '../../core/graph/gradientGraph';
import type { JacobianGraph } from '../../core/graph/jacobianGraph';
import { floats, type Tensor } from '../../core/graph/tensor';
import type { Objective } from '../../core/model/classifier';
import { classRow } from '../../core/model/objectives';

/** Rows of classes and coefficients of each image's objective, for each row of the Jacobian; one objective serves all images. */
export function seedFeeds(
  rows: readonly (readonly Objective[])[],
  size: number,
  { graph, rows: seeded }: JacobianGraph,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  seeded.forEach(({ oneHot, coefficients: names }, row) => {
    const objectives = rows[row]!;
    const classes = graph.types.get(oneHot)!.shape[1]!;
    const ones = new Float32Array(size * classes);
    const [a, b, k] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
    for (let image = 0; image < size; image++) {
      const objective = objectives[objectives.length === 1 ? 0 : image];
      if (objective === undefined) continue;
      ones.set(classRow(objective, classes), image * classes);
      const coefficients = seedCoefficients[objective.kind === 'combination' ? 'logit' : objective.kind];
      a[image] = coefficients.a;
      b[image] = coefficients.b;
      k[image] = coefficients.k;
    }
    feeds[oneHot] = floats([size, classes], ones);
    feeds[names.a] = floats([size, 1], a);
    feeds[names.b] = floats([size, 1], b);
    feeds[names.k] = floats([size, 1], k);
  });
  return feeds;
}
