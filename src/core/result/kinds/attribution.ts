import { measurement } from '../measurement';
import { explainedClass } from '../objectiveWords';
import { layerFacts, mapStatistics, objectiveFacts, recordEntries, trainingFacts } from '../record';
import { list, literal, object, possible, text } from '../../schema/kinds';
import { measured } from '../../schema/numbers';
import type { Of } from '../../schema/schema';
import { inputShape, type ResultKind } from './kind';

export const attributionRecord = object({
  ...recordEntries,
  kind: literal('attribution'),
  method: text(100),
  objective: objectiveFacts,
  /** Completeness delta, for methods that promise completeness. */
  delta: possible(measured),
  statistics: mapStatistics,
  /** Of a map that is still refined, or whose refining was stopped: how far it is, in the method's words. */
  stage: possible(text(200)),
  /** Whose height and width the map has; absent: it has the model's input's. */
  layer: possible(layerFacts),
  /** What metrics say of the map; absent: it was not measured. */
  measurements: possible(list(measurement, 1000)),
  /** Of `training-integrated`: what was summed over. The record's model and scores are those of the last checkpoint. */
  training: possible(trainingFacts),
});

export type AttributionRecord = Of<typeof attributionRecord>;

const MAP_STATES = { zero: 'all zero', constant: 'all the same', 'non-finite': 'not all finite' } as const;

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
  asked: ({ method, objective: { kind, classIndex, against }, layer, stage, training, measurements }) => [
    method,
    kind,
    classIndex,
    against?.classIndex ?? null,
    layer?.id ?? null,
    stage ?? null,
    training?.folder ?? null,
    measurements?.map(({ metric }) => metric) ?? null,
  ],
  verdict: ({ statistics: { state } }) => (state === 'ordinary' ? undefined : MAP_STATES[state]),
  details: ({ stage }) => (stage === undefined ? [] : [`stopped ${stage}`]),
  after: undefined,
  exports: ['overlay-png', 'map-npy', 'record-json'],
  raw: { array: 'map', suffix: '' },
  overlay: 'map',
  image: undefined,
};
