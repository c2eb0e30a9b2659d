import type { ResultRecord } from '../../src/core/result/kinds';
import { decodingSteps, storedWords } from '../../src/core/render/decodingWords';
import { type Fact, parameterFacts } from '../facts';
import { formatMilliseconds, formatNumber, formatSize } from '../format';

/** What would be needed to make a result again, with whose word it is where the record has that; [title, facts] of each part. */
export function provenance(record: ResultRecord): readonly (readonly [title: string, facts: readonly Fact[]])[] {
  return [
    ['Picture', pictureFacts(record)],
    ['Model', modelFacts(record)],
    ['Preprocessing', preprocessingFacts(record)],
    ['Request', requestFacts(record)],
    ['Run', runFacts(record)],
  ];
}

function pictureFacts({ image }: ResultRecord): readonly Fact[] {
  const { path, hash, width, height, decoding, mapping } = image;
  const steps = decoding === undefined ? [] : decodingSteps(decoding);
  return [
    ['File', path ?? 'handed over as pixels'],
    ['SHA-256', hash, 'number'],
    ['Size', formatSize(width, height)],
    ...(decoding === undefined ? [] : [['Stored as', storedWords(decoding)] as const]),
    ...(steps.length === 0 ? [] : [['Decoded', steps.join('; ')] as const]),
    ['Seen part', `from ${formatNumber(mapping.x)}, ${formatNumber(mapping.y)}`, 'number'],
    ['Picture pixels a model pixel', `${formatNumber(mapping.scaleX)} × ${formatNumber(mapping.scaleY)}`, 'number'],
  ];
}

function modelFacts({ model }: ResultRecord): readonly Fact[] {
  const { path, hash, format, input, engine, engineReason } = model;
  return [
    ['File', path],
    ['SHA-256', hash, 'number'],
    ['Format', format],
    ['Input', `${formatSize(input.width, input.height)}, ${input.channels === 3 ? '3 channels' : '1 channel'}`],
    ['Engine', `${engine}: ${engineReason}`],
  ];
}

/** The record has one source for all of it. */
function preprocessingFacts({ model: { preprocessing } }: ResultRecord): readonly Fact[] {
  if (preprocessing === undefined) return [['Kept', 'not in this record, which is from before it was']];
  const { color, range, mean, std, resize, interpolation, source } = preprocessing;
  const list = (values: readonly number[]): string => values.map((value) => formatNumber(value, 5)).join(', ');
  return [
    ['Taken from', source],
    ['Colour', color],
    ['Pixels 0 … 1 to', `${formatNumber(range[0])} … ${formatNumber(range[1])}`, 'number'],
    ['Mean taken off', list(mean), 'number'],
    ['Divided by', list(std), 'number'],
    ['Fitted by', resize],
    ['Interpolation', interpolation],
  ];
}

function requestFacts(record: ResultRecord): readonly Fact[] {
  const method: Fact =
    record.kind === 'attack' ? ['Attack', record.attack, 'number'] : ['Attribution', record.method, 'number'];
  return [method, ...parameterFacts(record), ['seed', String(record.seed), 'number']];
}

function runFacts({ id, created, timings }: ResultRecord): readonly Fact[] {
  const parts = [
    `model ${formatMilliseconds(timings.model)}`,
    `image ${formatMilliseconds(timings.image)}`,
    `compute ${formatMilliseconds(timings.compute)}`,
  ];
  return [
    ['Result', id, 'number'],
    ['Made', new Date(created).toLocaleString()],
    ['Time', parts.join(' · ')],
  ];
}
