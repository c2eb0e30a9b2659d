import { changeSize } from '../changeSize';
import { labelFacts, NORM_IDS, norms, recordEntries, scores } from '../record';
import { choice, flag, literal, object, possible, text } from '../../schema/kinds';
import { count, number } from '../../schema/numbers';
import type { Of } from '../../schema/schema';
import { inputShape, type ResultKind } from './kind';

export const attackRecord = object({
  ...recordEntries,
  kind: literal('attack'),
  attack: text(100),
  /** Absent: of an attack that has none, which looks for the smallest change. */
  epsilon: possible(number()),
  /** The norm that ε bounds, or in which the smallest change was sought; absent in records from before it was kept: L∞. */
  norm: possible(choice(NORM_IDS)),
  goal: object({ direction: choice(['away', 'towards']), label: labelFacts }),
  /** The perturbation fed to the model as an image of its own (unclamped, 0 = black), most probable class first. */
  perturbationClasses: scores,
  adversarialClasses: scores,
  /** Steps that were made, over all starts; absent in records from before it was kept. */
  steps: possible(count),
  /** Of a′ − a as computed. */
  norms,
  /** Did the attack reach its goal: away: top class ≠ label; towards: top class = label. */
  success: flag,
  /** False if the model was wrong (or already at the target) before the attack. */
  startedRight: flag,
  /** The same after rounding a′ to 8 bits, encoding as PNG and decoding again. */
  saved: object({ classes: scores, norms, success: flag }),
});

export type AttackRecord = Of<typeof attackRecord>;

/** An adversarial image a′ and the perturbation that was added, as added before clamping. */
export const attackKind: ResultKind<'attack', typeof attackRecord, AttackRecord> = {
  id: 'attack',
  label: 'Attack',
  record: attackRecord,
  arrays: {
    perturbation: { file: 'perturbation.npy', shape: inputShape },
    adversarial: { file: 'adversarial.npy', shape: inputShape },
  },
  methods: 'attack',
  methodOf: ({ attack }) => attack,
  icon: 'zap',
  headline({ classes, adversarialClasses }) {
    const [before, after] = [classes[0]?.name ?? '?', adversarialClasses[0]?.name ?? '?'];
    return before === after ? before : `${before} → ${after}`;
  },
  asked: ({ attack, epsilon, norm, goal: { direction, label } }) => [
    attack,
    epsilon ?? null,
    norm ?? null,
    direction,
    label.index,
  ],
  verdict: ({ success, startedRight }) => {
    if (!startedRight) return 'wrong before';
    return success ? 'goal reached' : 'goal missed';
  },
  details(record) {
    const { symbol, value } = changeSize(record);
    return [`${symbol} ${Number(value.toPrecision(3))}`];
  },
  after: { title: 'After the attack', classes: ({ adversarialClasses }) => adversarialClasses },
  exports: ['adversarial', 'map-npy', 'record-json'],
  raw: { array: 'perturbation', suffix: '.perturbation' },
  overlay: undefined,
  image: 'adversarial',
};
