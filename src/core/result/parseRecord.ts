import { UserError } from '../errors';
import type { ParameterValue, ParameterValues } from '../method/parameters';
import { isResultId } from './id';
import { type Reader, readObject, ShapeError } from './read';
import {
  type AttackRecord,
  type AttributionRecord,
  type ClassScore,
  type ImageFacts,
  type LabelFacts,
  type MapStatistics,
  type ModelFacts,
  type Norms,
  RECORD_VERSION,
  type ResultRecord,
} from './record';

/**
 * A result record from parsed JSON. Members that this version does not know are dropped; measurements written as `null` read as
 * NaN. Throws `UserError('usage')` for another version, an unknown kind, or a member that is missing or of the wrong type.
 */
export function parseRecord(json: unknown): ResultRecord {
  try {
    const record = readObject(json, 'record');
    const version = record.integer('version', 0);
    if (version !== RECORD_VERSION)
      throw new UserError(
        'usage',
        `This result was written in format ${version}, and this version reads format ${RECORD_VERSION}.`,
        version > RECORD_VERSION ? 'Update Gradient Lens to open it.' : 'Compute the result again.',
      );
    return record.oneOf('kind', ['attribution', 'attack']) === 'attack'
      ? attackRecord(record)
      : attributionRecord(record);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new UserError(
      'usage',
      `The result file is damaged: ${error.message}.`,
      'Delete it and compute the result again.',
    );
  }
}

function recordBase(record: Reader) {
  const id = record.text('id');
  if (!isResultId(id)) throw new ShapeError('record.id', 'letters, digits and hyphens');
  const label = record.optionalObject('label');
  return {
    version: RECORD_VERSION,
    id,
    created: timeOf(record),
    image: imageFacts(record.object('image')),
    model: modelFacts(record.object('model')),
    classes: classScores(record, 'classes'),
    ...(label === undefined ? {} : { label: labelFacts(label) }),
    parameters: parameterValues(record.object('parameters')),
    seed: record.number('seed'),
    timings: timings(record.object('timings')),
    warnings: record.texts('warnings'),
  } as const;
}

function attributionRecord(record: Reader): AttributionRecord {
  const objective = record.object('objective');
  return {
    kind: 'attribution',
    ...recordBase(record),
    method: record.text('method'),
    objective: {
      kind: objective.oneOf('kind', ['logit', 'probability', 'log-probability', 'cross-entropy']),
      classIndex: objective.integer('classIndex', 0),
      className: objective.text('className'),
      value: objective.number('value'),
    },
    ...(record.has('delta') ? { delta: record.number('delta') } : {}),
    statistics: statistics(record.object('statistics')),
  };
}

function attackRecord(record: Reader): AttackRecord {
  const goal = record.object('goal');
  const saved = record.object('saved');
  return {
    kind: 'attack',
    ...recordBase(record),
    attack: record.text('attack'),
    epsilon: record.number('epsilon'),
    goal: { direction: goal.oneOf('direction', ['away', 'towards']), label: labelFacts(goal.object('label')) },
    perturbationClasses: classScores(record, 'perturbationClasses'),
    adversarialClasses: classScores(record, 'adversarialClasses'),
    norms: norms(record.object('norms')),
    success: record.boolean('success'),
    startedRight: record.boolean('startedRight'),
    saved: {
      classes: classScores(saved, 'classes'),
      norms: norms(saved.object('norms')),
      success: saved.boolean('success'),
    },
  };
}

function timeOf(record: Reader): string {
  const created = record.text('created');
  if (Number.isNaN(Date.parse(created))) throw new ShapeError('record.created', 'a time');
  return created;
}

function imageFacts(image: Reader): ImageFacts {
  const path = image.optionalText('path');
  const mapping = image.object('mapping');
  return {
    name: image.text('name'),
    ...(path === undefined ? {} : { path }),
    hash: image.text('hash'),
    width: image.integer('width', 1),
    height: image.integer('height', 1),
    mapping: {
      x: mapping.number('x'),
      y: mapping.number('y'),
      scaleX: mapping.number('scaleX'),
      scaleY: mapping.number('scaleY'),
    },
  };
}

function modelFacts(model: Reader): ModelFacts {
  const input = model.object('input');
  const channels = input.integer('channels', 1);
  if (channels !== 1 && channels !== 3) throw new ShapeError(`${input.path}.channels`, '1 or 3');
  return {
    name: model.text('name'),
    path: model.text('path'),
    hash: model.text('hash'),
    format: model.oneOf('format', ['tfjs-layers', 'tfjs-graph', 'keras', 'onnx']),
    engine: model.oneOf('engine', ['onnx', 'tensorflow', 'wasm', 'cpu']),
    engineReason: model.text('engineReason'),
    input: { height: input.integer('height', 1), width: input.integer('width', 1), channels },
  };
}

function classScores(reader: Reader, key: string): readonly ClassScore[] {
  return reader.objects(key).map((score) => ({
    index: score.integer('index', 0),
    name: score.text('name'),
    logit: score.number('logit'),
    probability: score.number('probability'),
  }));
}

function labelFacts(label: Reader): LabelFacts {
  return {
    index: label.integer('index', 0),
    name: label.text('name'),
    source: label.oneOf('source', ['user', 'file name', 'folder name', 'prediction']),
  };
}

function parameterValues(parameters: Reader): ParameterValues {
  return Object.fromEntries(
    parameters.members().map(([key, value]): [string, ParameterValue] => {
      if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return [key, value];
      throw new ShapeError(`${parameters.path}.${key}`, 'a number, text, true or false');
    }),
  );
}

function timings(reader: Reader) {
  return { model: reader.number('model'), image: reader.number('image'), compute: reader.number('compute') };
}

function statistics(reader: Reader): MapStatistics {
  return {
    minimum: reader.number('minimum'),
    maximum: reader.number('maximum'),
    sum: reader.number('sum'),
    absoluteSum: reader.number('absoluteSum'),
    nonFinite: reader.integer('nonFinite', 0),
    state: reader.oneOf('state', ['ordinary', 'zero', 'constant', 'non-finite']),
  };
}

function norms(reader: Reader): Norms {
  return {
    l0: reader.integer('l0', 0),
    l1: reader.number('l1'),
    l2: reader.number('l2'),
    linf: reader.number('linf'),
  };
}
