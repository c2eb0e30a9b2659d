import { it } from 'vitest';
import { GraphModelWriter, read } from './tensorflowSupport';
it('x', () => {
  const g = new GraphModelWriter([2, 7, 6, 3]);
  const { graph } = read(g, [g.node('ResizeBilinear', ['x', g.ints([11, 15])])]);
  console.log(JSON.stringify(graph.nodes), [...graph.constants]);
});
