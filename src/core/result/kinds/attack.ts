import { changeSize } from '../changeSize';
import type { AttackRecord } from '../record';
import { attackRecord } from '../record';
import { inputShape, type ResultKind } from './kind';

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
