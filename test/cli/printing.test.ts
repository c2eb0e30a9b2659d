import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import { operators } from '../../src/core/graph/ops/registry';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { writeFileSync } from 'node:fs';
import type { Bundle } from '../engine/support/bundle';
import { bundleProgram, wasmFiles } from '../engine/support/bundle';
import { makeFolder } from '../engine/support/folder';
import { writeGreyPng, writeLinearModel } from '../engine/support/linearModel';

/** What a terminal would obey: clearing, a title, a link, colours in 8 bits, going back, another line, turned letters. */
const classes = [
  '\u001b[2Jcleared',
  '\u001b]0;a title\u0007',
  '\u001b]8;;http://example.org\u0007a link\u001b]8;;\u0007',
  '\u009b31mred in one byte',
  'back\b\b\b\b\rover',
  'one\n99  sure  100.00 %   9.999',
  '\u202egnp.exe',
  'long '.repeat(20_000),
];
/** The name of a folder and of a picture may hold all but a slash. */
const imageName = process.platform === 'win32' ? 'picture.png' : 'pic\u001b[31m\nture.png';

const folder = makeFolder();
const at = (...parts: string[]) => path.join(folder.path, ...parts);
let bundle: Bundle;
let model: string;
let strange: string;

beforeAll(async () => {
  bundle = await bundleProgram('src/cli/main.ts', wasmFiles());
  const weights = [0, 1, 2, 3].map((pixel) => classes.map((_, index) => Math.sin(pixel + index)));
  model = writeLinearModel(at('linear'), { height: 2, width: 2, weights, bias: classes.map(() => 0), classes });
  await writeGreyPng(at(imageName), [255, 51, 102, 0], 2, 2);

  const name = 'Evil\u001b[31m\nOperator';
  const builder = new GraphBuilder(new Map([...operators, [name, { infer: (_node, { types: [x] }) => [x!] }]]));
  const x = builder.input('x', { type: 'float32', shape: [1, 3, 4, 4] });
  const output = builder.add('Flatten', [builder.add(name, [x], {})], { axis: 1 });
  strange = at('strange.onnx');
  writeFileSync(strange, writeOnnx(builder.build([output])));
});
afterAll(() => {
  bundle.remove();
  folder.remove();
});

function run(...values: string[]) {
  return spawnSync(process.execPath, [bundle.file, ...values], { cwd: folder.path, encoding: 'utf8' });
}

/** Code points but line ends that a terminal obeys or that turn its lines around, judged by number. */
function obeyed(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0)!).filter(
    (code) => (code < 0x20 && code !== 10) || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e),
  );
}

describe('text of models, files and paths', () => {
  it.each([
    ['predict', (): string[] => ['predict', imageName, '--model', model, '--top', '8']],
    ['attribute', (): string[] => ['attribute', imageName, '--model', model, '--class', '0', '--top', '8']],
    ['attack', (): string[] => ['attack', imageName, '--model', model, '--top', '8', '--figure', 'figure.png']],
    ['info', (): string[] => ['info', model]],
  ])('is printed by %s without what a terminal obeys, in rows of a sane width', (_, values) => {
    const { status, stdout, stderr } = run(...values());
    expect(status, stderr).toBe(0);
    expect(obeyed(stdout + stderr)).toEqual([]);
    expect(stdout).toContain('[2Jcleared');
    const table = stdout.slice(stdout.indexOf('\n\n'));
    for (const line of table.split('\n')) expect(line.length).toBeLessThan(300);
    expect(stdout.length).toBeLessThan(20_000);
  });

  it('stays one row a class', () => {
    const { stdout } = run('predict', imageName, '--model', model, '--top', '8');
    const rows = stdout.slice(stdout.indexOf('\n\n')).trim().split('\n');
    expect(rows).toHaveLength(1 + classes.length);
    for (const row of rows.slice(1)) expect(row).toMatch(/^\d .*\d\.\d\d % +-?\d\.\d{3}$/);
  });

  it('is exact in JSON', () => {
    const { status, stdout } = run('predict', imageName, '--model', model, '--top', '8', '--json');
    expect(status).toBe(0);
    expect(obeyed(stdout)).toEqual([]);
    const document = JSON.parse(stdout) as { image: { name: string }; classes: { index: number; name: string }[] };
    expect(document.image.name).toBe(imageName);
    // Names lose what a terminal obeys, and all but 200 characters, where they are read.
    const names = ['[2Jcleared', ']0;a title', ']8;;http://example.orga link]8;;', '31mred in one byte'];
    const rest = ['back over', 'one 99 sure 100.00 % 9.999', 'gnp.exe', `${'long '.repeat(40).slice(0, 199)}…`];
    for (const { index, name } of document.classes) expect(name).toBe([...names, ...rest][index]);
  });

  it.each([
    ['the name of an operator', (): string[] => ['predict', imageName, '--model', strange]],
    ['an argument', () => ['predict', 'no\u001b[2J\u202e.png']],
    ['an option', () => ['predict', imageName, '--\u001b[2Jjson']],
    ['a command', () => ['\u001b[31mpaint']],
    ['a class that is not there', (): string[] => ['attribute', imageName, '--model', model, '--class', '\u001b[2J?']],
    ['a parameter', () => ['attribute', imageName, '--param', '\u009b2J']],
  ])('is printable where %s is complained of', (_, values) => {
    const { status, stdout, stderr } = run(...values());
    expect(status).toBe(2);
    expect(stderr).toMatch(/\\x(1b|9b)/);
    expect(obeyed(stdout + stderr)).toEqual([]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });
});
