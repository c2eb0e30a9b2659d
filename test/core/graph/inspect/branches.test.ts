import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import type { Graph } from '../../../../src/core/graph/graph';
import { mixesPictures } from '../../../../src/core/graph/inspect/batchUse';
import { inputUse } from '../../../../src/core/graph/inspect/inputUse';
import { scaledScores } from '../../../../src/core/graph/inspect/scaledScores';
import { scoreBounds } from '../../../../src/core/graph/inspect/scoreBounds';
import { scoreHead } from '../../../../src/core/graph/inspect/scoreHead';
import { scoreValues } from '../../../../src/core/graph/inspect/scoreValues';
import { typesOf } from '../../../../src/core/graph/inspect/types';
import { operators } from '../../../../src/core/graph/ops/registry';
import { floats } from '../../../../src/core/graph/tensor';

const BRANCHES = 300;

/** A network whose branches part and meet again 300 times: of ways through it there are 2³⁰⁰. */
function branched(join: string, start: string): Graph {
  const builder = new GraphBuilder(operators);
  let x = builder.input('x', { type: 'float32', shape: [1, 3, 4, 4] });
  if (start !== '') x = builder.add(start, [x]);
  const half = builder.constant(floats([1], [0.5]));
  for (let i = 0; i < BRANCHES; i++) {
    const left = builder.add('Mul', [x, half]);
    x = builder.add(join, [left, x]);
  }
  return builder.build([builder.add('Flatten', [x], { axis: 1 })]);
}

describe.each(['Add', 'Sub', 'Mul', 'Max', 'Min', 'Mean', 'Pow'])('branches that meet by %s', (join) => {
  it.each(['', 'Sigmoid', 'Relu'])('are looked through once (%s)', (start) => {
    const graph = branched(join, start);
    const output = graph.outputs[0]!;
    expect(['open', 'unit', 'unknown']).toContain(scoreValues(graph, output));
    const bounds = scoreBounds(graph, output);
    expect(bounds === undefined || bounds.low <= bounds.high).toBe(true);
    expect(scoreHead(graph, output, typesOf(graph, 1, operators))).toBeUndefined();
    expect(scaledScores(graph, output)).toBeDefined();
    expect(inputUse(graph)).toBeDefined();
    expect(typeof mixesPictures(graph, operators)).toBe('boolean');
  });
});
