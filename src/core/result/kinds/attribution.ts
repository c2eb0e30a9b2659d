import { explainedClass } from '../objectiveWords';
import type { AttributionRecord } from '../record';
import { attributionRecord } from '../record';
import { inputShape, type ResultKind } from './kind';

/** A raw signed map, of the model's input or of one of its layers. */
export const attributionKind: ResultKind<'attribution', typeof attributionRecord, AttributionRecord> = {
  id: 'attribution',
  label: 'Attribution',
  record: attributionRecord,
  arrays: {
    map: {
      file: 'map.npy',
      shape: (record) => (record.layer === undefined ? inputShape(record) : { ...record.layer, channels: 1 }),
      mayBeFlat: true,
    },
  },
  methods: 'attribution',
  methodOf: ({ method }) => method,
  icon: 'eye',
  headline: ({ objective }) => explainedClass(objective),
  details: () => [],
  after: undefined,
  exports: ['overlay-png', 'map-npy', 'record-json'],
  raw: { array: 'map', suffix: '' },
  overlay: 'map',
  image: undefined,
};
