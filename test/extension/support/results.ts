import type { AttackResult, AttributionResult } from '../../../src/engine/calls/service';
import type { AttackRecord } from '../../../src/core/result/kinds/attack';
import type { AttributionRecord } from '../../../src/core/result/kinds/attribution';

/** A made-up attribution of a 2 × 2 grey image whose numbers tell places apart. */
export function attributionResult(id: string, created = '2025-01-31T00:00:00.000Z'): AttributionResult {
  const { base } = parts(id, created);
  const record: AttributionRecord = {
    ...base,
    kind: 'attribution',
    method: 'gradient',
    objective: { kind: 'logit', classIndex: 1, className: 'dog', value: 2.5 },
    delta: NaN,
    statistics: { minimum: -1, maximum: 0.25, sum: -0.75, absoluteSum: 1.25, nonFinite: 1, state: 'non-finite' },
  };
  return { ...display(), record, map: image([-1, 0.25, NaN, 1e-30]), input: image([0, 0.25, 0.5, 1]) };
}

export function attackResult(id: string, created = '2025-01-31T00:00:00.000Z'): AttackResult {
  const { base, classes } = parts(id, created);
  const label = { index: 1, name: 'dog', source: 'file name' } as const;
  const norms = { l0: 4, l1: 0.04, l2: 0.02, linf: 0.01 };
  const record: AttackRecord = {
    ...base,
    kind: 'attack',
    attack: 'fgsm',
    epsilon: 0.01,
    goal: { direction: 'away', label },
    label,
    perturbationClasses: classes,
    adversarialClasses: [...classes].reverse(),
    norms,
    success: true,
    startedRight: true,
    saved: { classes, norms, success: false },
  };
  const perturbation = image([0.01, -0.01, 0.01, -0.01]);
  return {
    ...display(),
    record,
    input: image([0, 0.25, 0.5, 1]),
    perturbation,
    adversarial: image([0.01, 0.24, 0.51, 0.99]),
  };
}

function parts(id: string, created: string) {
  const classes = [
    { index: 1, name: 'dog', logit: 2.5, probability: 0.9 },
    { index: 0, name: 'cat', logit: -Infinity, probability: 0.1 },
  ];
  const base = {
    version: 1,
    id,
    created,
    image: {
      name: 'rex.png',
      path: '/pictures/rex.png',
      hash: 'ab',
      width: 4,
      height: 2,
      mapping: { x: 0, y: 0, scaleX: 2, scaleY: 1 },
    },
    model: {
      name: 'pets',
      path: '/models/pets/model.json',
      hash: 'cd',
      format: 'tfjs-layers',
      engine: 'cpu',
      engineReason: 'The only one.',
      input: { height: 2, width: 2, channels: 1 },
    },
    classes,
    parameters: { epsilon: 0.01 },
    seed: 0,
    timings: { model: 1, image: 2, compute: 3 },
    warnings: ['A warning.'],
  } as const;
  return { base, classes };
}

function display() {
  return { picture: { png: new Uint8Array([1, 2, 3]), width: 4, height: 2 }, classNames: ['cat', 'dog'] };
}

function image(values: readonly number[]) {
  return { data: Float32Array.from(values), height: 2, width: 2, channels: 1 } as const;
}
