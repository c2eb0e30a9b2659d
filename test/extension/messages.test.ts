import assert from 'node:assert/strict';
import { numbersFromJson } from '../../src/protocol/numbersFromJson';
import { read } from '../../src/core/schema/schema';
import { fromInspector } from '../../src/protocol/inspector';
import { fromPanel } from '../../src/protocol/panel';

const readFromPanel = (message: unknown) => read(fromPanel, message);
const readFromInspector = (message: unknown) => read(fromInspector, message);
const named = { id: 'page-1', of: 'result-1' };
const attribute = { method: 'gradient', objective: 'logit', parameters: { steps: 5, squared: true, rule: 'left' } };

describe('messages of the pages', () => {
  it('are read with what belongs to them and nothing else', () => {
    assert.deepEqual(readFromPanel({ type: 'ready', extra: 1 }), { type: 'ready' });
    const wanted = { type: 'attribute', ...named, request: { ...attribute, classIndex: 3 } };
    assert.deepEqual(readFromPanel({ ...wanted, request: { ...wanted.request, extra: 1 } }), wanted);
    const attack = { attack: 'fgsm', parameters: {}, live: true, target: 0 };
    const asked = { type: 'attack', ...named, request: attack };
    assert.deepEqual(readFromPanel({ ...asked, extra: 1 }), asked);
    assert.deepEqual(readFromInspector({ type: 'ready' }), { type: 'ready' });
  });

  it('carry NaN as null, as JSON does', () => {
    const probe = { row: 0, column: 1, pixel: [0.5], value: [null], rank: 1, count: 4 };
    const read = readFromPanel({ type: 'probe', probe });
    assert.ok(read.type === 'probe' && read.probe);
    assert.ok(Number.isNaN(read.probe.value[0]));
  });

  it('get NaN back on the other side', () => {
    const data = Float32Array.of(NaN, 1);
    const message = { a: NaN, b: [1, Infinity], c: { d: 'null', e: false }, data };
    const travelled = { ...(JSON.parse(JSON.stringify({ ...message, data: 0 })) as object), data };
    assert.deepEqual(numbersFromJson(travelled), { ...message, b: [1, NaN] });
  });

  const png = (length: number) => {
    const bytes = new Uint8Array(length);
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return bytes;
  };

  it('carry pictures', () => {
    const read = readFromPanel({ type: 'export', format: 'overlay-png', png: png(20) });
    assert.ok(read.type === 'export' && read.png?.length === 20);
  });

  const refused: Readonly<Record<string, unknown>> = {
    nothing: undefined,
    'a text': 'ready',
    'no type': {},
    'an inherited property as type': { type: 'constructor' },
    'an unknown command': { type: 'command', command: 'workbench.action.quit' },
    'a class below 0': { type: 'attribute', ...named, request: { ...attribute, classIndex: -1 } },
    'a fractional class': { type: 'attribute', ...named, request: { ...attribute, classIndex: 0.5 } },
    'an objective that does not exist': { type: 'attribute', ...named, request: { ...attribute, objective: 'loss' } },
    'parameters that are objects': { type: 'attribute', ...named, request: { ...attribute, parameters: { a: {} } } },
    'parameters that are not finite': {
      type: 'attribute',
      ...named,
      request: { ...attribute, parameters: { a: Infinity } },
    },
    'a method as long as a book': { type: 'attribute', ...named, request: { ...attribute, method: 'x'.repeat(1e6) } },
    'a missing request': { type: 'attack', ...named },
    'a request without a name': { type: 'attribute', of: 'result-1', request: attribute },
    'a request that is of nothing': { type: 'attribute', id: 'page-1', request: attribute },
    'a cancellation of nothing': { type: 'cancel' },
    'live that is no boolean': { type: 'attack', ...named, request: { attack: 'fgsm', parameters: {}, live: 1 } },
    'a picture that is none': { type: 'export', format: 'overlay-png', png: new Uint8Array(20) },
    'a picture as a list': { type: 'export', format: 'overlay-png', png: [...png(20)] },
    'a picture of 100 MB': { type: 'export', format: 'overlay-png', png: png(100 * 2 ** 20) },
  };
  for (const [name, message] of Object.entries(refused))
    it(`are refused: ${name}`, () => {
      assert.throws(() => readFromPanel(message), TypeError);
    });
});
