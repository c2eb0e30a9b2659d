import path from 'node:path';
import { changeSize } from '../core/result/changeSize';
import type { AttackRecord } from '../core/result/kinds/attack';
import type { ClassScore } from '../core/result/record';
import { formatFacts, formatNumber, formatProbability, formatTable } from './table';
import { describeImage, describeLabel, describeNorms, describeParameters } from './words';

/** Where the images of an attack were written. */
export interface AttackFiles {
  readonly adversarial?: string;
  readonly input?: string;
  readonly figure?: string;
}

/** An attack as a JSON document, with the `top` most probable classes and those that it is about. */
export function attackDocument(record: AttackRecord, top: number, outputs: AttackFiles) {
  const first = listing(record, top);
  return {
    ...record,
    engine: record.model.engine,
    classes: first(record.classes),
    perturbationClasses: first(record.perturbationClasses),
    adversarialClasses: first(record.adversarialClasses),
    saved: { ...record.saved, classes: first(record.saved.classes) },
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, file]: [string, string]) => [name, path.resolve(file)]),
    ),
  };
}

function absolute(file: string | undefined): string | undefined {
  return file === undefined ? undefined : path.resolve(file);
}

function listing({ goal, label }: AttackRecord, top: number) {
  return (classes: readonly ClassScore[]) =>
    classes.filter(({ index }, rank) => rank < top || index === goal.label.index || index === label?.index);
}

/** An attack as text. */
export function describeAttack(record: AttackRecord, top: number, outputs: AttackFiles): string {
  const { goal, norms, saved } = record;
  return [
    describeImage(record),
    formatFacts([
      ['attack', `${record.attack}${describeParameters(record.parameters)}`],
      ['goal', `${goal.direction === 'away' ? 'away from' : 'towards'} ${describeLabel(goal.label)}`],
      ['distance', distanceFound(record)],
      ['steps made', record.steps === undefined ? undefined : String(record.steps)],
      ['norms', describeNorms(norms)],
      ['verdict', verdict(record)],
      ['as saved', `${saved.success ? 'succeeds' : 'fails'} in 8 bits, ${describeNorms(saved.norms)}`],
      ['adversarial image', absolute(outputs.adversarial)],
      ['as computed', absolute(outputs.input)],
      ['figure', absolute(outputs.figure)],
    ]),
    describeClasses(record, top),
  ].join('\n');
}

/** Attacks on several images, a line each, and how many of those that were needed succeed. */
export function attacksTable(
  attacks: readonly { readonly image: string; readonly record: AttackRecord; readonly files: AttackFiles }[],
): string {
  const hasFiles = attacks.some(({ files }) => Object.keys(files).length > 0);
  const rows = attacks.map(({ image, record, files }) => {
    const { symbol, value } = changeSize(record);
    const [before, after] = [record.classes[0]!, record.adversarialClasses[0]!];
    return [
      path.basename(image),
      `${before.name} ${formatProbability(before.probability)}`,
      `${after.name} ${formatProbability(after.probability)}`,
      verdictWord(record),
      `${symbol} ${formatNumber(value)}`,
      record.steps === undefined ? '' : String(record.steps),
      ...(hasFiles ? [files.adversarial ?? files.input ?? files.figure ?? ''] : []),
    ];
  });
  const heading = ['image', 'before', 'after', 'verdict', 'distance', 'steps', ...(hasFiles ? ['file'] : [])];
  const needed = attacks.filter(({ record }) => record.startedRight);
  const succeeding = needed.filter(({ record }) => record.success).length;
  const { record } = attacks[0]!;
  return [
    formatFacts([
      ['model', record.model.name],
      ['attack', `${record.attack}${describeParameters(record.parameters)}`],
      ['succeeds', `${succeeding} of ${needed.length}`],
      ['not needed', needed.length === attacks.length ? undefined : String(attacks.length - needed.length)],
    ]),
    formatTable([heading, ...rows], [5]),
  ].join('\n');
}

/** Of an attack without ε, what it looked for. */
function distanceFound(record: AttackRecord): string | undefined {
  if (record.epsilon !== undefined) return undefined;
  const { symbol, value } = changeSize(record);
  return `${symbol} ${formatNumber(value)}${record.success ? ', the smallest that was found' : ', which was not enough'}`;
}

function verdict(record: AttackRecord): string {
  const [before, after] = [record.classes[0]!, record.adversarialClasses[0]!];
  return `${verdictWord(record)}: ${before.name} ${formatProbability(before.probability)} → ${after.name} ${formatProbability(after.probability)}`;
}

function verdictWord({ success, startedRight }: AttackRecord): string {
  return startedRight ? (success ? 'succeeds' : 'fails') : 'not needed';
}

/** Most probable classes of image, perturbation and adversarial image, a column each. */
function describeClasses(record: AttackRecord, top: number): string {
  const columns = [record.classes, record.perturbationClasses, record.adversarialClasses];
  const rows = Array.from({ length: Math.min(top, record.classes.length) }, (_, rank) =>
    columns.flatMap((classes) => {
      const score = classes[rank];
      return score === undefined ? ['', ''] : [score.name, formatProbability(score.probability)];
    }),
  );
  return formatTable([['image', '', 'perturbation', '', 'adversarial', ''], ...rows], [1, 3, 5]);
}
