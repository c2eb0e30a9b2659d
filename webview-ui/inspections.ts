import type { ResultRecord } from '../src/core/result/kinds';
import { classTable } from './classTable';
import { attackFacts, normsTable } from './attack/attackFacts';
import { attributionFacts } from './attribution/attributionFacts';
import { factList } from './facts';

/** What the inspector says of a result besides what all kinds have. */
interface Inspection {
  /** The title of the unchanged image's scores. */
  readonly before: string;
  readonly sections: readonly (readonly [title: string, body: HTMLElement])[];
}

type Inspections = { readonly [Kind in ResultRecord['kind']]: (record: ResultRecord & { kind: Kind }) => Inspection };

const inspections: Inspections = {
  attribution: (record) => ({
    before: 'Prediction',
    sections: [['Attribution', factList(attributionFacts(record))]],
  }),
  attack: (record) => ({
    before: 'Prediction before',
    sections: [
      ['Prediction after', classTable(record.adversarialClasses)],
      ['Attack', factList(attackFacts(record))],
      ['Size of the change', normsTable(record.norms, record.saved.norms)],
    ],
  }),
};

export function inspectionOf(record: ResultRecord): Inspection {
  return (inspections[record.kind] as (record: ResultRecord) => Inspection)(record);
}
