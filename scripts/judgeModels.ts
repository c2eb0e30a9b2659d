import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { judge, type Verdict } from '../test/runtime/generated/judge';
import { readMadeModel } from '../test/runtime/generated/readExpected';

/**
 * Compares what Gradient Lens says of the models that scripts/robustness/make_models.py made with what their own runtimes said.
 * Verdicts are kept in the folder, so that a run that was stopped goes on; `--again` begins anew. `--report FILE` writes the counts by kind.
 * Ends with 1 if a model is silently wrong.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    report: { type: 'string' },
    again: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});

interface Judged {
  readonly name: string;
  readonly kind: string;
  readonly verdict: Verdict;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

const VERDICTS: readonly Verdict[] = ['right', 'partly', 'said', 'refused', 'untrue', 'silent', 'crashed'];
const FAILURES: ReadonlySet<Verdict> = new Set(['untrue', 'silent', 'crashed']);

async function run(folder: string): Promise<void> {
  const log = path.join(folder, 'judged.jsonl');
  if (values.again) await rm(log, { force: true });
  const judged = new Map((await readLog(log)).map((each) => [each.name, each]));
  const names = (await readdir(folder)).filter((name) => /^(torch|keras)-/.test(name)).sort();
  for (const name of names) {
    if (judged.has(name)) continue;
    const made = await readMadeModel(path.join(folder, name));
    if (made?.kind.includes(values.only) !== true) continue;
    const { verdict, notes, warnings } = await judge({ path: made.path }, made.expected);
    const result = { name, kind: made.kind, verdict, notes, warnings };
    judged.set(name, result);
    await appendFile(log, `${JSON.stringify(result)}\n`);
    if (verdict !== 'right') console.log(`${verdict.padEnd(8)} ${name} ${made.kind}\n    ${notes.join('\n    ')}`);
  }
  const all = [...judged.values()];
  console.log(VERDICTS.map((verdict) => `${verdict} ${countOf(all, verdict)}`).join(', '));
  if (values.report !== undefined) await writeFile(values.report, await reportOf(folder, all));
  process.exitCode = all.some(({ verdict }) => FAILURES.has(verdict)) ? 1 : 0;
}

async function readLog(file: string): Promise<Judged[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Judged]));
}

function countOf(all: readonly Judged[], verdict: Verdict): number {
  return all.filter((each) => each.verdict === verdict).length;
}

async function reportOf(folder: string, all: readonly Judged[]): Promise<string> {
  const seeds = [...new Set(all.map(({ name }) => name.split('-')[1]!))].join(', ');
  const byKind = new Map<string, Judged[]>();
  for (const each of all)
    for (const part of [`family=${each.name.split('-')[0]!}`, ...each.kind.split(' ')]) {
      const key = `${each.name.startsWith('torch') ? 'torch' : 'keras'} ${part}`;
      byKind.set(part.startsWith('family') ? part : key, [
        ...(byKind.get(part.startsWith('family') ? part : key) ?? []),
        each,
      ]);
    }
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const kinds = [...byKind].sort(([a], [b]) => (a < b ? -1 : 1));
  const counts = (list: readonly Judged[]): (number | string)[] =>
    VERDICTS.map((verdict) => countOf(list, verdict) || '');
  const others = all.filter(({ verdict }) => verdict !== 'right');
  return [
    '# Random models of PyTorch and Keras',
    '',
    `${all.length} models (seed ${seeds}) were made by \`scripts/robustness/make_models.py\` and run by the program; what is right was computed by PyTorch, Keras or, for quantised and halved files, ONNX Runtime: probabilities of three pictures to 1e-4, alone and as one batch, the slope of log p along three random directions, the sum of integrated gradients, and one FGSM step.`,
    '',
    `Versions: ${await versionsOf(folder)}.`,
    '',
    '- right: all of it agrees. partly: predictions agree, and a sentence says that there is no gradient.',
    '- said: other numbers, which are those of another reading of a point that the file leaves open, and a warning names the point.',
    '- refused: a sentence instead of numbers. untrue: “the model does not say” where it does.',
    '- silent: other numbers without a word. crashed: an internal error.',
    '',
    row(['', 'models', ...VERDICTS]),
    row(['---', '---:', ...VERDICTS.map(() => '---:')]),
    row(['**all**', all.length, ...counts(all)]),
    ...kinds.map(([kind, list]) => row([kind, list.length, ...counts(list)])),
    '',
    '## Models that are not right in everything',
    '',
    ...others.map(
      ({ name, kind, verdict, notes }) => `- ${verdict}: ${name} (${kind})${notes[0] ? `: ${notes[0]}` : ''}`,
    ),
    '',
  ].join('\n');
}

async function versionsOf(folder: string): Promise<string> {
  const found: Record<string, string> = { node: process.version };
  for (const family of ['torch', 'keras']) {
    const text = await readFile(path.join(folder, `versions-${family}.json`), 'utf8').catch(() => '{}');
    Object.assign(found, JSON.parse(text) as Record<string, string>);
  }
  return Object.entries(found)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

void run(positionals[0]!);
