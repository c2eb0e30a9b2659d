import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runCase, type Outcome, type Verdict } from './backendSuite/runCase';
import { readCase } from './backendSuite/suiteCase';

/**
 * Sends the node cases of ONNX's backend suite, of the Python package `onnx`, through reader, passes, inference, our writer and ONNX
 * Runtime, and holds values, shapes and derivatives to what the cases say and to finite differences. Prints a table by operator.
 *
 *     node --import tsx scripts/backendSuite.ts [--python python3] [--folder CASES] [--only TEXT] [--report FILE.md] [--list FILE]
 *
 * `--folder`: cases that `export_cases.py` wrote before; else they are written into a temporary folder.
 */
const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    folder: { type: 'string' },
    only: { type: 'string', default: '' },
    report: { type: 'string' },
    list: { type: 'string' },
  },
});

interface Judged extends Outcome {
  readonly name: string;
  readonly operator: string;
}

const VERDICTS: readonly Verdict[] = ['right', 'differs', 'invalid', 'failed', 'refused'];

async function main(): Promise<void> {
  if (values.folder !== undefined) return judge(values.folder);
  const folder = await mkdtemp(path.join(tmpdir(), 'backend-suite-'));
  try {
    const script = path.join(import.meta.dirname, 'backendSuite/export_cases.py');
    const { status } = spawnSync(values.python, ['-W', 'ignore', script, '--folder', folder], { stdio: 'inherit' });
    if (status !== 0) throw new Error(`${values.python} could not write the cases: it needs the package onnx`);
    await judge(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judge(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.includes(values.only)).sort();
  const judged: Judged[] = [];
  for (const name of names) {
    const given = await readCase(folder, name);
    judged.push({ name, operator: given.operator, ...(await runCase(given)) });
  }
  const report = reportOf(judged);
  console.log(report);
  if (values.report !== undefined) await writeFile(values.report, report);
  if (values.list !== undefined)
    await writeFile(values.list, judged.map((each) => `${JSON.stringify(each)}\n`).join(''));
}

function reportOf(judged: readonly Judged[]): string {
  const count = (list: readonly Judged[], verdict: Verdict): number =>
    list.filter((each) => each.verdict === verdict).length;
  const lines = [`${judged.length} cases: ${VERDICTS.map((each) => `${count(judged, each)} ${each}`).join(', ')}.`];
  lines.push(
    `Derivatives of the right ones: ${countsOf(judged.flatMap(({ derivative }) => derivative?.verdict ?? []))}.`,
  );
  lines.push(
    '',
    `| operator | ${VERDICTS.join(' | ')} | derivatives | why not |`,
    `|---|${'---:|'.repeat(VERDICTS.length)}---|---|`,
  );
  for (const operator of [...new Set(judged.map((each) => each.operator))].sort()) {
    const own = judged.filter((each) => each.operator === operator);
    const derivatives = countsOf(own.flatMap(({ derivative }) => derivative?.verdict ?? []));
    const reasons = new Set(own.filter(({ verdict }) => verdict !== 'right').map(({ reason }) => reason));
    for (const { derivative } of own)
      if (derivative?.verdict === 'differs' || derivative?.verdict === 'refused')
        reasons.add(`derivative: ${derivative.reason}`);
    const cells = VERDICTS.map((each) => count(own, each) || '');
    lines.push(`| ${operator} | ${cells.join(' | ')} | ${derivatives} | ${[...reasons].slice(0, 3).join('; ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

function countsOf(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, times]) => `${times} ${word}`).join(', ');
}

void main();
