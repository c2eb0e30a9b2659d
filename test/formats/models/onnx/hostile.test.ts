import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { externalDataIn } from '../../../../src/runtime/onnx/externalData';
import { goldenBytes } from '../../../core/graph/goldenSupport';
import {
  attribute,
  externalTensor,
  file,
  initializer,
  input,
  int64s,
  nested,
  node,
  output,
  use,
} from './hostileSupport';

// Files that are damaged or meant to harm: each ends in an Error or in a network that runs, soon and in bounded memory. A crash of
// the process would end the test run.

/** Far above what any of them takes on a slow machine, far below what takes ever more with the size of a file. */
const SECONDS = 20;
const GIGABYTE = 2 ** 30;

/** CPU time, which other processes on the machine do not lengthen, and memory. */
async function bounded(bytes: Uint8Array, external?: Parameters<typeof use>[1]): Promise<'fine' | Error> {
  const before = process.memoryUsage().rss;
  const start = process.cpuUsage();
  const outcome = await use(bytes, external);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(SECONDS);
  expect(process.memoryUsage().rss - before).toBeLessThan(GIGABYTE);
  if (outcome !== 'fine') {
    expect(outcome).toBeInstanceOf(Error);
    expect(outcome.message.length).toBeLessThan(1000);
  }
  return outcome;
}

async function refusal(bytes: Uint8Array, external?: Parameters<typeof use>[1]): Promise<string> {
  const outcome = await bounded(bytes, external);
  return outcome === 'fine' ? 'fine' : outcome.message;
}

describe('mutations of a small file', () => {
  const valid = goldenBytes('variants/opset-17.onnx');
  const typed = goldenBytes('variants/double-typed.onnx');
  const random = (seed: number) => {
    let state = seed;
    return (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  };

  it('the file itself is fine', async () => {
    expect(await bounded(valid)).toBe('fine');
    expect(await bounded(typed)).toBe('fine');
  });

  it('cut off at 120 places', async () => {
    for (let index = 0; index < 120; index++) {
      const outcome = await bounded(valid.subarray(0, Math.floor((index * valid.length) / 120)));
      expect(outcome).toBeInstanceOf(Error);
    }
  });

  for (const [name, original] of Object.entries({ raw: valid, typed }))
    it(`300 changes of one to three bytes, ${name}`, async () => {
      const next = random(name.length);
      for (let index = 0; index < 300; index++) {
        const bytes = Uint8Array.from(original);
        for (let change = next(3); change >= 0; change--) {
          // Half of the changes hit the structure behind the weights or before them.
          const at = next(2) === 0 ? next(bytes.length) : bytes.length - 1 - next(Math.min(bytes.length, 1500));
          bytes[at] = next(2) === 0 ? next(256) : bytes[at]! ^ (1 << next(8));
        }
        await bounded(bytes);
      }
    });

  it('150 lengths made larger', async () => {
    const next = random(5);
    for (let index = 0; index < 150; index++) {
      const bytes = Uint8Array.from(valid);
      const at = next(bytes.length - 10);
      const longer = [
        [0xff, 0x7f],
        [0xff, 0xff, 0xff, 0x7f],
        [255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
      ][index % 3]!;
      bytes.set(longer, at);
      await bounded(bytes);
    }
  });

  it('60 pieces repeated, left out or exchanged', async () => {
    const next = random(9);
    for (let index = 0; index < 60; index++) {
      const [from, length] = [next(valid.length - 64), 1 + next(63)];
      const piece = valid.subarray(from, from + length);
      const parts = [
        [valid.subarray(0, from), piece, piece, valid.subarray(from + length)],
        [valid.subarray(0, from), valid.subarray(from + length)],
        [valid.subarray(0, from), piece.slice().reverse(), valid.subarray(from + length)],
      ][index % 3]!;
      await bounded(Buffer.concat(parts));
    }
  });
});

describe('graphs that are none', () => {
  it('nothing at all, and noise', async () => {
    expect(await refusal(new Uint8Array())).toMatch('no network');
    expect(await refusal(new Uint8Array(1000))).toMatch(/damaged|no network/);
    expect(await refusal(new Uint8Array(1e6).fill(0xff))).not.toBe('fine');
  });

  it('a cycle', async () => {
    expect(
      await refusal(file([node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['y'])])),
    ).toBe('The network is cyclic');
    expect(await refusal(file([node('Add', ['x', 'y'], ['y'])]))).toBe('The network is cyclic');
  });

  it('a value made twice', async () => {
    const message = 'The value y is made twice';
    expect(await refusal(file([node('Relu', ['x'], ['y']), node('Abs', ['x'], ['y'])]))).toBe(message);
    expect(await refusal(file([node('Split', ['x'], ['y', 'y'])]))).toBe(message);
    expect(await refusal(file([node('Relu', ['x'], ['x'])]))).toBe('The value x is made twice');
    expect(await refusal(file([node('Relu', ['x'], ['y']), int64s('c', [1]), int64s('c', [2])]))).toBe(
      'The value c is made twice',
    );
    expect(await refusal(file([node('Relu', ['x'], ['y']), input('x', [2])]))).toBe('The value x is made twice');
  });

  it('values that nothing makes', async () => {
    expect(await refusal(file([node('Add', ['x', 'z'], ['y'])]))).toBe('Nothing makes the value z that Add uses');
    expect(await refusal(file([node('Relu', ['x'], ['z'])]))).toBe('Nothing makes the output y');
    expect(await refusal(file([]))).toBe('Nothing makes the output y');
  });

  it('nodes without inputs, outputs or a name', async () => {
    for (const op of [
      'Relu',
      'Add',
      'Conv',
      'Gemm',
      'Softmax',
      'Reshape',
      'MaxPool',
      'Concat',
      'Shape',
      'Split',
      'Pad',
      'Clip',
    ])
      for (const [inputs, outputs] of [
        [[], ['y']],
        [['x'], []],
        [[''], ['y']],
      ] as const)
        expect(
          await bounded(file([node(op, inputs, outputs), node('Relu', ['x'], [outputs.length ? 'q' : 'y'])])),
        ).toBeDefined();
    expect(await refusal(file([node('', ['x'], ['y'])]))).not.toBe('fine');
    expect(await refusal(file([node('Constant', [], [])]))).not.toBe('fine');
  });

  it('names out of JavaScript', async () => {
    for (const op of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect(await refusal(file([node(op, ['x'], ['y'])]))).toMatch('nknown operator');
    const outcome = await bounded(
      file([input('__proto__', [1, 4]), node('Relu', ['__proto__'], ['constructor']), output('constructor')], {
        standard: false,
      }),
    );
    expect(outcome).toBeDefined();
  });

  it('control flow', async () => {
    const body = node('Relu', ['x'], ['y']);
    const refusals = {
      Loop: 'Loop: how often it runs is computed from the picture',
      If: 'If: its condition is computed from the picture',
      Scan: 'nknown operator Scan',
    };
    for (const [op, words] of Object.entries(refusals))
      expect(await refusal(file([node(op, ['x'], ['y'], attribute.graph('body', body))]))).toMatch(words);
  });

  it('operator sets without meaning', async () => {
    for (const opset of [0, 1, 6, -1])
      expect(await refusal(file([node('Relu', ['x'], ['y'])], { opset }))).toMatch('operator set');
  });
});

describe('sizes', () => {
  it('initialisers that declare more than they hold', async () => {
    for (const dims of [
      [1e12],
      [1e6, 1e6],
      [2 ** 31, 2 ** 31, 2 ** 31],
      [2 ** 53],
      [-1],
      [-4, -1],
      new Array<number>(40).fill(1),
    ])
      for (const type of [1, 7, 10, 11, 9])
        expect(
          await refusal(file([node('Add', ['x', 'w'], ['y']), initializer('w', type, dims, new Uint8Array(16))])),
        ).toMatch(/impossible shape|elements where/);
    expect(await refusal(file([node('Add', ['x', 'w'], ['y']), initializer('w', 1, [1e9])]))).toMatch('elements where');
    expect(
      await refusal(file([node('Add', ['x', 'w'], ['y']), initializer('w', 99, [4], new Uint8Array(16))])),
    ).toMatch('type 99');
    expect(await refusal(file([node('Add', ['x', 'w'], ['y']), initializer('w', 1, [4], new Uint8Array(15))]))).toMatch(
      '3.75 elements',
    );
  });

  it('inputs of impossible size', async () => {
    for (const shape of [[1, 1e12], [1, -7], [1e6, 1e6], [2 ** 40], new Array<number>(5000).fill(1)])
      expect(
        await refusal(file([input('x', shape), node('Relu', ['x'], ['y']), output('y')], { standard: false })),
      ).not.toBe('fine');
  });

  const huge = 1e6;
  const target = int64s('target', [huge, huge]);
  const one = initializer('one', 1, [1], new Uint8Array(4));
  const makers: Readonly<Record<string, Uint8Array>> = {
    'Expand of a constant': file([
      one,
      target,
      node('Expand', ['one', 'target'], ['c']),
      node('Add', ['x', 'c'], ['y']),
    ]),
    'Expand of the input': file([int64s('target', [huge, huge, 4]), node('Expand', ['x', 'target'], ['y'])]),
    'Tile of a constant': file([
      one,
      int64s('n', [1e12]),
      node('Tile', ['one', 'n'], ['c']),
      node('Add', ['x', 'c'], ['y']),
    ]),
    'Tile of the input': file([int64s('n', [huge, huge]), node('Tile', ['x', 'n'], ['y'])]),
    ConstantOfShape: file([target, node('ConstantOfShape', ['target'], ['c']), node('Add', ['x', 'c'], ['y'])]),
    'ConstantOfShape of many axes': file([
      int64s('many', new Array<number>(100_000).fill(1)),
      node('ConstantOfShape', ['many'], ['c']),
      node('Add', ['x', 'c'], ['y']),
    ]),
    'Reshape to many axes': file([
      int64s('many', [...new Array<number>(100_000).fill(1), 4]),
      node('Reshape', ['x', 'many'], ['y']),
    ]),
    Range: file([
      int64s('from', [0], []),
      int64s('to', [1e12], []),
      int64s('by', [1], []),
      node('Range', ['from', 'to', 'by'], ['r']),
      node('Cast', ['r'], ['c'], attribute.integer('to', 1)),
      node('Add', ['x', 'c'], ['y']),
    ]),
    'Pad of a constant': file([
      one,
      int64s('p', [1e12, 0]),
      node('Pad', ['one', 'p'], ['c']),
      node('Add', ['x', 'c'], ['y']),
    ]),
    'Pad of the input': file([int64s('p', [0, 1e12, 0, 0]), node('Pad', ['x', 'p'], ['y'])]),
    'Resize of the input': file([
      initializer('s', 1, [2], new Uint8Array(Float32Array.of(1e6, 1e6).buffer)),
      node('Resize', ['x', '', 's'], ['y']),
    ]),
    'linear Resize of the input along one axis': file([
      initializer('s', 1, [2], new Uint8Array(Float32Array.of(1, 6e7).buffer)),
      node('Resize', ['x', '', 's'], ['y'], attribute.text('mode', 'linear')),
    ]),
    'wrapping Pad of the input along one axis': file([
      int64s('p', [0, 2e8, 0, 0]),
      node('Pad', ['x', 'p'], ['y'], attribute.text('mode', 'wrap')),
    ]),
    'Gather of a constant by many positions': file([
      initializer('w', 1, [1, 1000], new Uint8Array(4000)),
      int64s('at', new Array<number>(100_000).fill(0)),
      node('Gather', ['w', 'at'], ['c']),
      node('ReduceSum', ['c'], ['d']),
      node('Add', ['x', 'd'], ['y']),
    ]),
    OneHot: file([
      int64s('i', [0]),
      int64s('depth', [1e12], []),
      initializer('v', 1, [2], new Uint8Array(8)),
      node('OneHot', ['i', 'depth', 'v'], ['c']),
      node('Add', ['x', 'c'], ['y']),
    ]),
    'Add of a row and a column': file([
      initializer('row', 1, [1, 100_000], new Uint8Array(400_000)),
      initializer('column', 1, [100_000, 1], new Uint8Array(400_000)),
      node('Add', ['row', 'column'], ['c']),
      node('ReduceSum', ['c'], ['d']),
      node('Add', ['x', 'd'], ['y']),
    ]),
    'MatMul of a row and a column': file([
      initializer('row', 1, [1, 100_000], new Uint8Array(400_000)),
      initializer('column', 1, [100_000, 1], new Uint8Array(400_000)),
      node('MatMul', ['column', 'row'], ['c']),
      node('ReduceSum', ['c'], ['d']),
      node('Add', ['x', 'd'], ['y']),
    ]),
  };
  for (const [name, bytes] of Object.entries(makers))
    it(`${name} that would fill the memory`, async () => {
      expect(await refusal(bytes)).toMatch(/elements|too large|axes|shape|\[/);
    });

  it('many constants that are each allowed', async () => {
    const parts = Array.from({ length: 400 }, (_, index) => node('ConstantOfShape', ['s'], [`c${index}`]));
    const sum = node('Sum', ['x', ...Array.from({ length: 400 }, (_, index) => `c${index}`)], ['y']);
    expect(await refusal(file([int64s('s', [1000, 1000, 4]), ...parts, sum]))).toMatch('too large');
  });

  it('many values that are each allowed', async () => {
    const doubled = Array.from({ length: 60 }, (_, index) =>
      node('Concat', [`v${index}`, `v${index}`], [`v${index + 1}`], attribute.integer('axis', index % 2)),
    );
    expect(await refusal(file([node('Relu', ['x'], ['v0']), ...doubled, node('Relu', ['v60'], ['y'])]))).toMatch(
      'elements',
    );
  });

  it('attributes of the wrong kind or size', async () => {
    const w = initializer('w', 1, [1, 1, 3, 3], new Uint8Array(36));
    const picture = [input('x', [1, 1, 8, 8]), output('y'), w];
    const attributes = [
      attribute.text('strides', 'two'),
      attribute.float('strides', 2),
      attribute.integers('strides', [0, 0]),
      attribute.integers('strides', [-1, -1]),
      attribute.integers('strides', []),
      attribute.integers('dilations', [2 ** 40, 1]),
      attribute.integers('dilations', [0, 0]),
      attribute.integers('pads', [-5, -5, -5, -5]),
      attribute.integers('pads', [1e9, 1e9, 1e9, 1e9]),
      attribute.integers('pads', [1]),
      attribute.integers('kernel_shape', [0, 0]),
      attribute.integers('kernel_shape', [5]),
      attribute.integers('group', [1]),
      attribute.integer('group', 0),
      attribute.integer('group', -1),
      attribute.integer('group', 2 ** 40),
      attribute.text('auto_pad', 'SOMEHOW'),
    ];
    for (const each of attributes) {
      await bounded(file([...picture, node('Conv', ['x', 'w'], ['y'], each)], { standard: false }));
      await bounded(file([...picture, node('ConvTranspose', ['x', 'w'], ['y'], each)], { standard: false }));
      await bounded(
        file([...picture, node('MaxPool', ['x'], ['y'], attribute.integers('kernel_shape', [2, 2]), each)], {
          standard: false,
        }),
      );
      await bounded(
        file([...picture, node('AveragePool', ['x'], ['y'], attribute.integers('kernel_shape', [2, 2]), each)], {
          standard: false,
        }),
      );
    }
    const axes = [
      attribute.integer('axis', 99),
      attribute.integer('axis', -99),
      attribute.text('axis', 'all'),
      attribute.float('axis', 0.5),
    ];
    for (const each of axes)
      for (const op of [
        'Softmax',
        'Flatten',
        'Concat',
        'Gather',
        'Split',
        'LayerNormalization',
        'ArgMax',
        'OneHot',
        'CumSum',
      ])
        await bounded(file([int64s('i', [0]), node(op, ['x', 'i'], ['y'], each)]));
    for (const perm of [[0], [0, 0], [5, 6], [-1, 0], []])
      await bounded(file([node('Transpose', ['x'], ['y'], attribute.integers('perm', perm))]));
    for (const equation of ['', '->', 'ij,jk', 'ij->ijijijij', 'a'.repeat(800), '...i,...j->...ij'])
      await bounded(file([node('Einsum', ['x', 'x'], ['y'], attribute.text('equation', equation))]));
  });
});

describe('many and deep', () => {
  it('a hundred thousand messages within each other', async () => {
    for (const tag of [1, 5, 6, 7, 11]) await bounded(nested(tag, 100_000));
    expect(await refusal(nested(7, 100_000))).not.toBe('fine');
  });

  it('numbers without end', async () => {
    expect(await refusal(Uint8Array.of(0x08, ...new Array<number>(100).fill(0xff)))).not.toBe('fine');
    expect(await refusal(Uint8Array.of(0x3a, ...new Array<number>(100).fill(0x80)))).not.toBe('fine');
    expect(await refusal(new Uint8Array(5e6).fill(0x80))).not.toBe('fine');
  });

  it('groups, which ONNX does not have', async () => {
    expect(await refusal(Uint8Array.of(0x3b, 0x3c))).toMatch('damaged');
    expect(await refusal(new Uint8Array(1e6).fill(0x0b))).toMatch('damaged');
  });

  it.each([
    ['nodes', 1, []],
    ['initialisers', 5, []],
    ['inputs', 11, []],
  ])('a million empty %s', async (_, tag) => {
    const body = new Uint8Array(2e6);
    for (let at = 0; at < body.length; at += 2) body[at] = (tag << 3) | 2;
    expect(await refusal(Buffer.concat([Uint8Array.of(0x3a, 0x80, 0x89, 0x7a), body]))).toMatch('parts');
  });

  it('a million empty attributes, names and sizes', async () => {
    for (const [tag, inner] of [
      [1, 0x2a],
      [1, 0x0a],
      [5, 0x6a],
    ] as const) {
      const body = new Uint8Array(2e6);
      for (let at = 0; at < body.length; at += 2) body[at] = inner;
      const message = Buffer.concat([Uint8Array.of((tag << 3) | 2, 0x80, 0x89, 0x7a), body]);
      const length = message.length;
      const head = Uint8Array.of(0x3a, (length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14);
      expect(await refusal(Buffer.concat([head, message]))).toMatch('parts');
    }
  });

  it('forty thousand nodes in a chain, in a fan, and too many', async () => {
    const count = 10_000;
    const chain = Array.from({ length: count }, (_, index) => node('Foo', [`v${index}`], [`v${index + 1}`]));
    expect(
      await refusal(file([...chain.reverse(), node('Foo', ['x'], ['v0']), node('Foo', [`v${count}`], ['y'])])),
    ).toMatch('Foo');
    const fan = Array.from({ length: 40_000 }, (_, index) => node('Foo', ['x'], [`v${index}`]));
    expect(await refusal(file([...fan, node('Foo', ['v0'], ['y'])]))).toMatch('Foo');
    const many = Array.from({ length: 60_000 }, (_, index) => node('Foo', ['x'], [`v${index}`]));
    expect(await refusal(file([...many, node('Foo', ['v0'], ['y'])]))).toMatch('60001 nodes');
  });

  it('a name of a megabyte stays out of the message', async () => {
    const message = await refusal(file([node('Add', ['x', 'z'.repeat(1e6)], ['y'])]));
    expect(message).toMatch('Nothing makes');
    expect(message.length).toBeLessThan(200);
    expect((await refusal(file([node('z'.repeat(1e6), ['x'], ['y'])]))).length).toBeLessThan(1000);
  });
});

// Links and pipes, which a plain account on Windows may not make.
describe.skipIf(process.platform === 'win32')('data outside the file', () => {
  let folder = '';
  let model = '';
  const parts = [node('Add', ['x', 'w'], ['y'])];
  const refer = (entries: Readonly<Record<string, string>>, dims = [4]): Uint8Array =>
    file([...parts, externalTensor('w', dims, entries)]);

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'external-')));
    model = join(folder, 'model');
    mkdirSync(join(model, 'inner'), { recursive: true });
    writeFileSync(join(folder, 'secret'), new Uint8Array(64));
    writeFileSync(join(model, 'weights'), new Uint8Array(64));
    writeFileSync(join(model, 'inner', 'weights'), new Uint8Array(64));
    symlinkSync(join(folder, 'secret'), join(model, 'link'));
    symlinkSync(folder, join(model, 'up'));
    symlinkSync('weights', join(model, 'own'));
    execFileSync('mkfifo', [join(model, 'pipe')]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lies in the folder of the model', async () => {
    const outside = externalDataIn(model);
    for (const location of ['weights', './weights', 'inner/weights', 'inner/../weights', 'own'])
      expect(await refusal(refer({ location }), outside), location).toBe('fine');
    expect(await refusal(refer({ location: 'weights', offset: '48', length: '16' }), outside)).toBe('fine');
  });

  it('does not lie elsewhere', async () => {
    const locations = [
      '../secret',
      join(folder, 'secret'),
      'inner/../../secret',
      'link',
      'up/secret',
      'up/model/../secret',
      '/dev/zero',
    ];
    const others = [
      '',
      '.',
      '..',
      'inner',
      'missing',
      'pipe',
      'weights\0',
      '\\\\server\\share',
      'C:\\secret',
      'C:secret',
      'x'.repeat(1e5),
    ];
    for (const location of [...locations, ...others])
      expect(await refusal(refer({ location }), externalDataIn(model)), location.slice(0, 100)).toMatch(
        /outside|beside|not a file|missing/,
      );
    expect(await refusal(refer({}), externalDataIn(model))).toMatch('beside');
  });

  it('is not longer than the file', async () => {
    const bad = [
      { offset: '49' },
      { offset: '-1' },
      { offset: '1e300' },
      { offset: 'NaN' },
      { offset: '9007199254740993' },
      { length: '8' },
      { length: '-16' },
      { length: '99999999999' },
    ];
    for (const each of bad)
      expect(await refusal(refer({ location: 'weights', ...each }), externalDataIn(model))).toMatch(
        /end before|wrong length/,
      );
    expect(await refusal(refer({ location: 'weights' }, [1e6, 1e3]), externalDataIn(model))).toMatch('end before');
    expect(await refusal(refer({ location: 'weights' }, [1e6, 1e6]), externalDataIn(model))).toMatch('end before');
  });

  it('is not multiplied', async () => {
    writeFileSync(join(model, 'large'), new Uint8Array(16e6));
    const many = Array.from({ length: 500 }, (_, index) => externalTensor(`w${index}`, [4e6], { location: 'large' }));
    expect(await refusal(file([node('Relu', ['x'], ['y']), ...many]), externalDataIn(model))).toMatch('more tensors');
  });
});
