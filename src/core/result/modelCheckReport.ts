import type { ModelInfo } from '../model/modelInfo';
import { CHECK_TITLES, type CheckItem, type CheckStatus, type ModelCheck } from './modelCheck';

const MARKS: Readonly<Record<CheckStatus, string>> = {
  passed: '✓ passed',
  warning: '⚠ warning',
  failed: '✗ failed',
  skipped: '– skipped',
};

const VERDICTS: Readonly<Record<ModelCheck['verdict'], string>> = {
  passed: 'Nothing was found that would make attributions and attacks of this model wrong.',
  warning: 'The model works; read the warnings before trusting its numbers.',
  failed: 'Something is wrong: see what failed.',
};

const MOST_CLASSES = 50;
const MOST_OPERATORS = 50;

/** A model check as a page of Markdown; what comes from the model's files is shown as text, whatever it holds. */
export function modelCheckReport(check: ModelCheck): string {
  const { model } = check;
  return [
    `# ${plain(model.name)}`,
    `**${VERDICTS[check.verdict]}**`,
    '## Checks',
    table(
      ['', 'Check', 'Found'],
      check.checks.map((item) => [MARKS[item.status], CHECK_TITLES[item.id], plain(item.sentence)]),
    ),
    ...section('Warnings', list([...model.warnings, ...(check.imageWarnings ?? [])])),
    '## Model',
    table(['', ''], modelRows(check)),
    ...section('Operators', operatorTable(model)),
    ...section('Measured', table(['Check', 'Number', 'Value'], numberRows(check.checks), 2)),
    plain(testedOn(check)),
    '',
  ].join('\n\n');
}

function modelRows({ model, secondEngine }: ModelCheck): readonly (readonly string[])[] {
  const { input, output, classes } = model;
  const more = classes.length > MOST_CLASSES ? ` … (${classes.length} in all)` : '';
  const normalised = input.mean.some((value) => value !== 0) || input.std.some((value) => value !== 1);
  const then = normalised ? `, minus ${input.mean.join(', ')}, divided by ${input.std.join(', ')}` : '';
  const rows: (readonly [string, string])[] = [
    ['File', model.path],
    ['Format', model.format],
    ['Engine', `${model.engine}: ${model.engineReason}`],
    ['Second engine', secondEngine ?? 'none'],
    ['Parameters', model.parameters.toLocaleString('en-US')],
    ['Input', `${input.height} × ${input.width} × ${input.channels}, ${input.color}`],
    ['Preprocessing', `[0, 1] to [${input.range.join(', ')}]${then} (${input.source})`],
    ['Resizing', `${input.resize}, ${input.interpolation}`],
    ['Output', `${output.classes} classes, ${output.activation}`],
    ['Classes', `${classes.slice(0, MOST_CLASSES).join(', ')}${more} (${model.classSource})`],
    ['Hash', model.hash],
  ];
  return rows.map(([name, value]) => [name, plain(value)]);
}

function operatorTable({ operators }: ModelInfo): string {
  const sorted = Object.entries(operators ?? {}).sort(([, a], [, b]) => b - a);
  const rows = sorted.slice(0, MOST_OPERATORS).map(([name, count]) => [plain(name), String(count)]);
  return rows.length === 0 ? '' : table(['Operator', 'Count'], rows, 1);
}

function numberRows(checks: readonly CheckItem[]): readonly (readonly string[])[] {
  return checks.flatMap(({ id, numbers }) =>
    Object.entries(numbers).map(([name, value]) => [CHECK_TITLES[id], plain(words(name)), String(significant(value))]),
  );
}

function testedOn({ created, seed, image, timings }: ModelCheck): string {
  const own = image ? `${image.name} and ` : '';
  return `Tried on ${own}three probe pictures (seed ${seed}), ${created}; loading ${Math.round(timings.model)} ms, checking ${Math.round(timings.compute)} ms.`;
}

function section(title: string, content: string): readonly string[] {
  return content === '' ? [] : [`## ${title}`, content];
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${plain(sentence)}`).join('\n');
}

/** Cells are Markdown already; `right`: the column of numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[], right?: number): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === right ? '--:' : ':--'))), ...rows.map(line)].join('\n');
}

/** Text that Markdown shows as it is, on one line. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!|<>&~:"'$=^]/g, '\\$&');
}

/** "gradientCosine" is "gradient cosine". */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

function significant(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
