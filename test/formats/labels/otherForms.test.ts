import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { parseLabels } from '../../../src/formats/labels/labelFile';

const ANIMALS = ['ant', 'bee: the queen', 'cicada'];

function refusal(text: string): UserError {
  try {
    parseLabels(text, 'x.yaml');
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error('It was not refused.');
}

describe('YAML', () => {
  it.each([
    ['a plain list', '- ant\n- "bee: the queen"\n- cicada # loud\n'],
    ['a list under names', "path: ../animals\ntrain: images\n\nnc: 3\nnames:\n- ant\n- 'bee: the queen'\n- cicada\n"],
    [
      'numbers, as Ultralytics writes them',
      '# Animals\npath: animals # root\nval: images/val\n\n# Classes\nnames:\n  0: ant\n  1: "bee: the queen"\n  2: cicada\n\ndownload: https://example.org/a.zip\n',
    ],
    ['numbers out of order', "names:\n  2: cicada\n  0: ant\n  1: 'bee: the queen'\r\n"],
    ['brackets over two lines', "nc: 3\nnames: ['ant', 'bee: the queen',\n        'cicada']\n"],
    ['brackets below the key', "names:\n  ['ant', 'bee: the queen',\n  'cicada']\n"],
    ['brackets with comments', "names: ['ant', # small\n  'bee: the queen', 'cicada'] # all\n"],
    [
      'braces',
      'names: {0: ant, 1: "bee: the queen", 2: cicada}\n'.replace('ant', '"ant"').replace('cicada', '"cicada"'),
    ],
    ['a document mark', '---\nlabels:\n  - ant\n  - "bee: the queen"\n  - cicada\n...\n'],
  ])('%s', (_, text) => {
    expect(parseLabels(text, 'x.yaml')).toEqual({ names: ANIMALS, warnings: [] });
  });

  it('with escapes in double quotes', () => {
    expect(parseLabels('names:\n- "caf\\u00e9"\n- "\\xfcber \\U0001F41D"\n- \'a\\u00e9\'\n', 'x').names).toEqual([
      'café',
      'über 🐝',
      'a\\u00e9',
    ]);
  });

  it('without quotes in brackets or braces', () => {
    expect(parseLabels('names: [ant, stag beetle]', 'x').names).toEqual(['ant', 'stag beetle']);
    expect(parseLabels('names: {1: stag beetle, 0: ant}', 'x').names).toEqual(['ant', 'stag beetle']);
    expect(parseLabels('- \'it\'\'s\'\n- "a \\"b\\""', 'x').names).toEqual(["it's", 'a "b"']);
  });

  it('refuses other forms and other numbers of names', () => {
    expect(refusal('nc: 4\nnames:\n- ant\n- bee').message).toBe('x.yaml says “nc: 4”, but names 2 classes.');
    expect(refusal('names:\n  ant: 0\n  bee: one').message).toContain('does not name classes');
    expect(refusal('names: [[ant], bee]').code).toBe('model-spec');
  });

  it('leaves names that only look a little like it', () => {
    expect(parseLabels('names\n- none of them\ncat', 'x').names).toEqual(['names', '- none of them', 'cat']);
    expect(parseLabels('cat: big\ndog: small', 'x').names).toEqual(['cat: big', 'dog: small']);
  });
});

describe('label maps of TensorFlow', () => {
  it.each([
    [
      'in lines',
      "item {\n  id: 1\n  name: 'ant'\n}\nitem {\n  id: 2\n  name: \"bee: the queen\"\n}\n\nitem {\n  name: 'cicada'\n  id: 3\n}\n",
    ],
    [
      'from 0 in one line, out of order',
      "item{id:2 name:'cicada'} item{id:0 name:'ant'} item{id:1 name:'bee: the queen'}",
    ],
    [
      'with names for people',
      '# map\nitem {\n  name: "/m/01"\n  id: 1\n  display_name: "ant"\n}\nitem { name: "/m/02" id: 2 display_name: "bee: the queen" }\nitem { name: "/m/03" id: 3 display_name: "cicada" }',
    ],
  ])('%s', (_, text) => {
    expect(parseLabels(text, 'map.pbtxt')).toEqual({ names: ANIMALS, warnings: [] });
  });

  it('with braces in a name', () => {
    expect(parseLabels("item { id: 1 name: 'a {b}' } item { id: 2 name: 'it\\'s' }", 'x').names).toEqual([
      'a {b}',
      "it's",
    ]);
  });

  it('refuses items without a number, and what is none', () => {
    expect(refusal("item { name: 'ant' }").message).toBe('Item 1 of x.yaml lacks its id or its name.');
    expect(refusal("item { id: 1 name: 'ant' }\nbee").message).toContain('something else than items (“bee”)');
    expect(refusal("item { id: 1 name: 'a' } item { id: 3 name: 'b' }").message).toContain('with gaps');
  });
});

describe('lines that begin with #', () => {
  it('are names, unless the model has just as many classes without them', () => {
    const { names, otherwise } = parseLabels('# of animals\nant\n# insects\nbee\n', 'x');
    expect(names).toEqual(['# of animals', 'ant', '# insects', 'bee']);
    expect(otherwise).toEqual({ names: ['ant', 'bee'], warnings: ['2 lines of x that begin with # are left out.'] });
    expect(parseLabels('ant\nbee', 'x').otherwise).toBeUndefined();
  });
});

describe('JSON of numbers and pairs', () => {
  it("Keras's imagenet_class_index.json, also with shortened ids", () => {
    const text = '{"1": ["n02012849", "crane"], "0": ["n01440764", "tench"], "2": ["n03126707", "crane"]}';
    expect(parseLabels(text, 'x').names).toEqual(['tench', 'crane (n02012849)', 'crane (n03126707)']);
    expect(parseLabels('{"0": ["n00", "cat"], "1": ["n01", "dog"]}', 'x').names).toEqual(['cat', 'dog']);
  });
});
