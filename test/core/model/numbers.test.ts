import { describe, expect, it } from 'vitest';
import type { Objective } from '../../../src/core/model/classifier';
import type { ModelInput } from '../../../src/core/model/modelInfo';
import type { ScoreRule } from '../../../src/core/model/objectives';
import { objectiveSeeds, scoresOf } from '../../../src/core/model/objectives';
import { createPreprocessing } from '../../../src/core/model/preprocessing';

const rules: Record<string, ScoreRule> = {
  logits: { activation: 'logits', binary: false, outputs: 4 },
  softmax: { activation: 'softmax', binary: false, outputs: 4 },
  'several sigmoids': { activation: 'sigmoid', binary: false, outputs: 4 },
  'one sigmoid': { activation: 'sigmoid', binary: true, outputs: 1 },
  probabilities: { activation: 'probabilities', binary: false, outputs: 4 },
};

describe('objectives', () => {
  for (const [name, rule] of Object.entries(rules)) {
    const raw = rule.activation === 'probabilities' ? [0.1, 0.2, 0.3, 0.4] : [0.3, -1.2, 2, 0.7].slice(0, rule.outputs);
    const objectives: Objective[] = [
      { kind: 'logit', classIndex: 1 },
      { kind: 'probability', classIndex: 1 },
      { kind: 'log-probability', classIndex: 0 },
      { kind: 'cross-entropy', label: 1 },
      {
        kind: 'combination',
        weights: [
          { classIndex: 1, weight: 1 },
          { classIndex: 0, weight: -0.5 },
        ],
      },
    ];
    it.each(objectives)(`${name}: $kind has the value and slopes that its scores have`, (objective) => {
      const at = (outputs: number[]): number => {
        const { logits, probabilities } = scoresOf(Float32Array.from(outputs), 1, rule);
        if (objective.kind === 'cross-entropy') return -Math.log(probabilities[objective.label]!);
        if (objective.kind === 'combination') return logits[1]! - 0.5 * logits[0]!;
        if (objective.kind === 'logit') return logits[objective.classIndex]!;
        const p = probabilities[objective.classIndex]!;
        return objective.kind === 'probability' ? p : Math.log(p);
      };
      const { values, seeds } = objectiveSeeds(Float32Array.from(raw), 1, rule, [objective]);
      expect(values[0]).toBeCloseTo(at(raw), 5);
      for (let i = 0; i < rule.outputs; i++) {
        const h = 1e-3;
        const shifted = (by: number): number[] => raw.map((value, k) => (k === i ? value + by : value));
        expect(seeds[i]).toBeCloseTo((at(shifted(h)) - at(shifted(-h))) / (2 * h), 2);
      }
    });
  }

  it('stay exact where probabilities vanish', () => {
    const { values, seeds, scores } = objectiveSeeds(
      Float32Array.of(0, 800, -800),
      1,
      { ...rules.softmax!, outputs: 3 },
      [{ kind: 'cross-entropy', label: 2 }],
    );
    expect(values[0]).toBe(1600);
    expect([...seeds].map((seed) => seed + 0)).toEqual([0, 1, -1]);
    expect([...scores.probabilities]).toEqual([0, 1, 0]);
  });

  it('combine logits whose others may be infinite, and refuse weights that are no numbers', () => {
    const rule = { ...rules.logits!, outputs: 3 };
    const raw = Float32Array.of(5, 2, -Infinity);
    const of = (weight: number): Objective => ({
      kind: 'combination',
      weights: [
        { classIndex: 0, weight: 1 },
        { classIndex: 1, weight },
      ],
    });
    const { values, seeds } = objectiveSeeds(raw, 1, rule, [of(-1)]);
    expect([values[0], ...seeds]).toEqual([3, 1, -1, 0]);
    expect(() => objectiveSeeds(raw, 1, rule, [of(NaN)])).toThrow(expect.objectContaining({ code: 'parameter' }));
    const beyond: Objective = { kind: 'combination', weights: [{ classIndex: 3, weight: 1 }] };
    expect(() => objectiveSeeds(raw, 1, rule, [beyond])).toThrow(expect.objectContaining({ code: 'unknown-class' }));
  });

  it('belong to their own images', () => {
    const raw = Float32Array.of(1, 2, 3, 4);
    const { seeds, values } = objectiveSeeds(raw, 2, { ...rules.logits!, outputs: 2 }, [
      { kind: 'logit', classIndex: 0 },
      { kind: 'logit', classIndex: 1 },
    ]);
    expect([...seeds]).toEqual([1, 0, 0, 1]);
    expect([...values]).toEqual([1, 4]);
  });

  it('are refused for classes that are not there, and in wrong numbers', () => {
    const raw = Float32Array.of(1, 2, 3, 4);
    const run = (objectives: Objective[]): unknown => objectiveSeeds(raw, 1, rules.logits!, objectives);
    for (const classIndex of [4, -1, 0.5, NaN]) {
      expect(() => run([{ kind: 'logit', classIndex }])).toThrow(expect.objectContaining({ code: 'unknown-class' }));
    }
    expect(() => run([])).toThrow(expect.objectContaining({ code: 'parameter' }));
  });
});

describe('preprocessing', () => {
  const input = (more: Partial<ModelInput>): ModelInput => ({
    height: 2,
    width: 3,
    channels: 3,
    color: 'rgb',
    range: [0, 255],
    mean: [1, 2, 3],
    std: [2, 4, 5],
    source: '',
    resize: 'stretch',
    interpolation: 'bilinear',
    ...more,
  });
  const data = Float32Array.from({ length: 36 }, (_, i) => i / 36);
  const batch = { data, count: 2, height: 2, width: 3, channels: 3 } as const;

  it('scales, shifts and orders channels', () => {
    const rgb = createPreprocessing(input({}), 'nhwc').toModel(batch);
    expect(rgb[4]).toBeCloseTo(((4 / 36) * 255 - 2) / 4, 4);
    const bgr = createPreprocessing(input({ color: 'bgr' }), 'nhwc').toModel(batch);
    // The model's first channel is blue, the picture's last, with the first mean.
    expect(bgr[0]).toBeCloseTo(((2 / 36) * 255 - 1) / 2, 4);
    const planes = createPreprocessing(input({}), 'nchw').toModel(batch);
    expect(planes[18 + 6 + 5]).toBeCloseTo(rgb[18 + 5 * 3 + 1]!, 6);
  });

  it.each([
    ['rgb', 'nhwc'],
    ['bgr', 'nhwc'],
    ['rgb', 'nchw'],
    ['bgr', 'nchw'],
  ] as const)('returns gradients by the transposed way (%s, %s)', (color, layout) => {
    const preprocessing = createPreprocessing(input({ color }), layout);
    const g = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
    const pixels = new Float32Array(36);
    preprocessing.toPixels(g, 2, pixels, 0);
    // ⟨toModel(x) − toModel(0), g⟩ = ⟨x, toPixels(g)⟩
    const zero = preprocessing.toModel({ ...batch, data: new Float32Array(36) });
    const left = preprocessing.toModel(batch).reduce((sum, value, i) => sum + (value - zero[i]!) * g[i]!, 0);
    expect(pixels.reduce((sum, value, i) => sum + value * data[i]!, 0)).toBeCloseTo(left, 2);
  });
});
