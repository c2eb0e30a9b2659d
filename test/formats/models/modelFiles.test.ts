import { describe, expect, it } from 'vitest';
import { matchWeights } from '../../../src/runtime/tensorflow/layers/weightMatching';
import { decodeFloat16 } from '../../../src/formats/models/weights';
import { nestingDepth, parseModelJson } from '../../../src/formats/json/json';
import { completeNames, parseMetadata } from '../../../src/formats/labels/labels';
import { parseLabels } from '../../../src/formats/labels/labelFile';
import { sniffFile } from '../../../src/formats/models/sniff';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('model JSON', () => {
  it('measures nesting outside strings only', () => {
    expect(nestingDepth(bytes('{"a":[1,[2,{"b":3}]]}'))).toBe(4);
    expect(nestingDepth(bytes('{"a":"[[[[{{{\\"[[["}'))).toBe(1);
  });

  it('refuses what is no object or nested too deep', () => {
    expect(parseModelJson(bytes('{"a":1}'), 'm')).toEqual({ a: 1 });
    for (const text of ['[]', 'null', '{', `${'['.repeat(300)}${']'.repeat(300)}`]) {
      expect(() => parseModelJson(bytes(text), 'm')).toThrow(expect.objectContaining({ code: 'model-unreadable' }));
    }
  });
});

describe('formats by content', () => {
  it.each([
    ['json', bytes('  \n{"a":1}')],
    ['json', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b)],
    ['zip', bytes('PK\u0003\u0004rest')],
    ['hdf5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)],
    ['onnx', Uint8Array.of(0x08, 0x06, 0x12, 0x07, ...bytes('pytorch'))],
    ['unknown', bytes('hello')],
    ['unknown', new Uint8Array()],
  ] as const)('%s', (kind, head) => {
    expect(sniffFile(head)).toBe(kind);
  });
});

describe('half precision', () => {
  it('decodes the values that the standard lists', () => {
    const codes = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x0001, 0x0000, 0x7c00, 0xfc00, 0x7e00);
    const expected = [1, -2, 0.333251953125, 65504, 2 ** -14, 2 ** -24, 0, Infinity, -Infinity, NaN];
    expect([...decodeFloat16(codes)]).toEqual(expected.map(Math.fround));
  });
});

describe('labels', () => {
  it('are one a line, whatever the line ends', () => {
    expect(parseLabels('\uFEFFcat\r\ndog \n\nowl\n\n', 'x').names).toEqual(['cat', 'dog', 'class 2', 'owl']);
  });

  it('lose numbers only if all have them in order', () => {
    expect(parseLabels('0 T-shirt\n1 Trouser\n2 Coat', 'x').names).toEqual(['T-shirt', 'Trouser', 'Coat']);
    expect(parseLabels('7 up\ncola', 'x').names).toEqual(['7 up', 'cola']);
  });

  it('of two classes may name the positive one alone', () => {
    expect(completeNames(['hot dog'], 2, true, 'x').names).toEqual(['not hot dog', 'hot dog']);
    expect(completeNames([], 2, true, 'x').names).toEqual(['negative', 'positive']);
    expect(() => completeNames(['a'], 2, false, 'x')).toThrow('x names 1 class, but the model has 2.');
  });

  it('in metadata are taken only if they are names', () => {
    expect(parseMetadata({ labels: ['a', 'b'], imageSize: 224, packageName: '@teachablemachine/image' })).toEqual({
      labels: ['a', 'b'],
      imageSize: 224,
      isTeachableMachine: true,
    });
    expect(parseMetadata({ labels: [1], imageSize: 'big' })).toEqual({ isTeachableMachine: false });
    expect(parseMetadata(null)).toEqual({ isTeachableMachine: false });
  });
});

describe('weights', () => {
  const given = (name: string, ...shape: number[]) => ({ name, shape });

  it('are matched by name in any order, leftovers ignored', () => {
    const expected = [given('a/kernel', 2, 3), given('a/bias', 3)];
    expect(matchWeights(expected, [given('opt/iter'), given('a/bias', 3), given('a/kernel', 2, 3)]).indices).toEqual([
      2, 1,
    ]);
  });

  it('are matched by the ends of longer paths and by the newer name of depthwise kernels', () => {
    const expected = [given('d/depthwise_kernel', 3, 3, 4, 1), given('b/kernel', 4)];
    const { indices } = matchWeights(expected, [given('net/b/kernel:0', 4), given('net/d/kernel', 3, 3, 4, 1)]);
    expect(indices).toEqual([1, 0]);
  });

  it('do not match an ending that two have, nor another shape', () => {
    const expected = [given('d/kernel', 4)];
    expect(() => matchWeights(expected, [given('x/d/kernel', 4), given('y/d/kernel', 4)])).toThrow(/missing/);
    expect(() => matchWeights(expected, [given('d/kernel', 5)])).toThrow(/another shape/);
  });

  it('are matched by position only if no name is known, with a warning', () => {
    const expected = [given('d/kernel', 4), given('d/bias', 1)];
    const found = matchWeights(expected, [given('vars/0', 4), given('vars/1', 1)]);
    expect(found).toEqual({ indices: [0, 1], warnings: [expect.stringMatching(/order/)] });
    expect(() => matchWeights(expected, [given('d/kernel', 4), given('vars/1', 1)])).toThrow(/missing/);
  });
});
