import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { completeNames } from '../../../src/formats/labels/labels';
import { parseLabels, readLabels } from '../../../src/formats/labels/labelFile';

const FRUIT = ['Äpfel', 'bananas', 'kiwi 🥝'];
const utf16 = (text: string, bigEndian = false, mark = false): Uint8Array => {
  const bytes = Buffer.from((mark ? '\uFEFF' : '') + text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};
const named = (text: string, origin = 'names.txt') => parseLabels(text, origin).names;

function refusal(text: string | Uint8Array, origin = 'names.txt'): UserError {
  try {
    if (typeof text === 'string') parseLabels(text, origin);
    else readLabels(text, origin);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('It was read.');
}

describe('the encoding of a label file', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode(FRUIT.join('\n'))],
    ['UTF-8 with a mark', new TextEncoder().encode(`\uFEFF${FRUIT.join('\r\n')}\r\n`)],
    ['UTF-16 as Notepad writes it', utf16(FRUIT.join('\r\n'), false, true)],
    ['UTF-16 big-endian with a mark', utf16(FRUIT.join('\n'), true, true)],
    ['UTF-16 without a mark', utf16(FRUIT.join('\n'))],
    ['UTF-16 big-endian without a mark', utf16(FRUIT.join('\n'), true)],
  ])('%s', (_, bytes) => {
    expect(readLabels(bytes, 'names.txt')).toEqual({ names: FRUIT, warnings: [] });
  });

  it('is UTF-16 also where only line ends have a zero byte', () => {
    expect(readLabels(utf16('猫\n犬\n一角獣\n'), 'x').names).toEqual(['猫', '犬', '一角獣']);
    expect(readLabels(utf16('猫\n犬\n', true), 'x').names).toEqual(['猫', '犬']);
  });

  it('is Windows-1252 where it is nothing else, which is said', () => {
    const bytes = Uint8Array.of(0x4b, 0xe4, 0x66, 0x65, 0x72, 0x0a, 0x93, 0x48, 0x75, 0x6e, 0x64, 0x94);
    const { names, warnings } = readLabels(bytes, 'tiere.txt');
    expect(names).toEqual(['Käfer', '“Hund”']);
    expect(warnings).toEqual([expect.stringMatching(/tiere\.txt .*Windows-1252/)]);
  });

  it('is that of no text for pictures and models', () => {
    const png = Uint8Array.of(
      0x89,
      0x50,
      0x4e,
      0x47,
      0x0d,
      0x0a,
      0x1a,
      0x0a,
      0,
      0,
      0,
      13,
      73,
      72,
      68,
      82,
      0,
      0,
      1,
      0,
      0,
    );
    expect(refusal(png).message).toBe('names.txt is not a text file.');
  });
});

describe('class names one a line', () => {
  const animals = ['ant', 'bee', 'cicada'];
  it.each([
    ['a colon', '0: ant\n1: bee\n2: cicada'],
    ['a space', '0 ant\n1 bee\n2 cicada\n'],
    ['a comma', '0,ant\n1,bee\n2,cicada'],
    ['a tab', '0\tant\n1\tbee\n2\tcicada'],
    ['a semicolon', '0;ant\n1;bee\n2;cicada'],
    ['a bracket', '0) ant\n1) bee\n2) cicada'],
    ['a full stop', '1. ant\n2. bee\n3. cicada'],
    ['a dash', '0 - ant\n1 - bee\n2 - cicada'],
    ['zeros before', '000 ant\n001 bee\n002 cicada'],
    ['numbers from one', '1 ant\n2 bee\n3 cicada'],
    ['no order', '2: cicada\n0: ant\n1: bee'],
    ['no order and from one', '3 cicada\n1 ant\n2 bee'],
    ['the number at the end', 'bee: 1\ncicada: 2\nant: 0'],
    ['the number at the end after a tab', 'cicada\t3\nant\t1\nbee\t2'],
    ['empty lines between', '0: ant\n\n1: bee\n\n2: cicada'],
    ['quotes', '"ant"\n"bee"\n"cicada"'],
    ['quotes and commas', "'ant',\n'bee',\n'cicada'"],
    ['numbers in quotes', '"0: ant"\n"1: bee"\n"2: cicada"'],
    ['WordNet ids', 'n02219486 ant\nn02206856 bee\nn02256656 cicada'],
    ['numbers and WordNet ids', '0 n02219486 ant\n1 n02206856 bee\n2 n02256656 cicada'],
    ['WordNet ids and numbers that say another order', 'n02206856 2 bee\nn02219486 1 ant\nn02256656 3 cicada'],
  ])('with %s', (_, text) => {
    expect(parseLabels(text, 'x')).toEqual({ names: animals, warnings: [] });
  });

  it.each([
    [['7 up', 'cola']],
    [['7 up', '3 musketeers']],
    [['0', '1', '2', '3']],
    [['n01440764', 'n01443537']],
    [['tench, Tinca tinca', 'goldfish, Carassius auratus']],
    [['3-D printer', '2-D plotter']],
    [['3.5 inch floppy', '5.25 inch floppy']],
    [['[unknown]', 'cat']],
    [['label', 'no label']],
    [['none', 'one', 'id,name']],
  ])('%j are names as they are', (names) => {
    expect(parseLabels(names.join('\n'), 'x')).toEqual({ names, warnings: [] });
  });

  it('says which class a gap or an empty line leaves without a name', () => {
    expect(parseLabels('0: ant\n3: fly\n1: bee', 'x')).toEqual({
      names: ['ant', 'bee', 'class 2', 'fly'],
      warnings: ['x has no name for the class 2, which is numbered.'],
    });
    expect(parseLabels('ant\n\nbee', 'x').warnings).toHaveLength(1);
  });

  it('says which names two classes have, and tells them apart by WordNet ids', () => {
    expect(parseLabels('crane\nmaillot\ncrane', 'x').warnings).toEqual([
      'x gives one name to several classes: "crane" (0, 2).',
    ]);
    expect(parseLabels('n02012849 crane\nn02011460 bittern\nn03126707 crane', 'x')).toEqual({
      names: ['crane (n02012849)', 'bittern', 'crane (n03126707)'],
      warnings: [],
    });
  });

  it('refuses numbers that leave the order open', () => {
    expect(refusal('0: ant\n1: bee\n1: wasp').message).toContain('gives the class 1 two names, "bee" and "wasp"');
    expect(refusal('1: ant\n2: bee\n4: fly').message).toMatch(/from 1 to 4 with gaps, which leaves open/);
    expect(refusal('5: ant\n6: bee').message).toMatch(/from 5 to 6, which leaves open/);
    expect(refusal('0: ant\n99999999: bee').message).toMatch(/more than any model has/);
    for (const empty of ['', '\n\n', '\uFEFF', '[]', '{"labels": []}']) expect(refusal(empty).code).toBe('model-spec');
  });

  it('cuts control characters and what is absurdly long', () => {
    const [red, turned, long] = named(`\u001b[31mred\u0007\n\u202Egnp.tac\n${'x'.repeat(100_000)}`);
    expect(red).toBe('[31mred');
    expect(turned).toBe('gnp.tac');
    expect(Array.from(long!).length).toBe(200);
    expect(named('family 👨‍👩‍👧\n\ud800half')).toEqual(['family 👨‍👩‍👧', '\ufffdhalf']);
  });
});

describe('tables', () => {
  const birds = ['owl', 'gull, common', 'the "wren"'];
  it.each([
    ['id and name', 'id,name\n0,owl\n1,"gull, common"\n2,"the ""wren"""\n'],
    ['index and label, from one', 'index,label\r\n1,owl\r\n2,"gull, common"\r\n3,"the ""wren"""\r\n'],
    ['the name first, out of order', 'Class Name,Class_ID\n"gull, common",1\n"the ""wren""",2\nowl,0'],
    ['a third column', 'name;id;colour\n"gull, common";1;white\nowl;0;brown\n"the ""wren""";2;"red\nbrown"'],
    ['tabs', 'label\tname\n2\tthe "wren"\n0\towl\n1\tgull, common'],
    ['an index without heading, as pandas writes it', ',name\n0,owl\n1,"gull, common"\n2,"the ""wren"""'],
    ['a comma without quotes in the last column', 'id,name\n0,owl\n1,gull, common\n2,the "wren"'],
    ['a name for each language', 'id,en,de\n0,owl,Eule\n1,"gull, common",Möwe\n2,"the ""wren""","Zaunkönig"\n'],
    ['names under another heading', 'id,Vogel\n0,owl\n1,"gull, common"\n2,"the ""wren"""\n'],
    ['empty rows', 'id,name\n0,owl\n\n1,"gull, common"\n2,"the ""wren"""\n\n'],
  ])('with %s', (_, text) => {
    expect(parseLabels(text, 'birds.csv')).toEqual({ names: birds, warnings: [] });
  });

  it('with WordNet ids or a single column', () => {
    expect(named('wnid,words\nn1,a\nn2,b')).toEqual(['a', 'b']);
    expect(named('synset_id,name\nn01503061,bird\nn02084071,dog\nn01503062,bird')).toEqual([
      'bird (n01503061)',
      'dog',
      'bird (n01503062)',
    ]);
    expect(named('name\nowl\ngull', 'birds.csv')).toEqual(['owl', 'gull']);
    expect(named('name\nowl\ngull', 'birds.txt')).toEqual(['name', 'owl', 'gull']);
  });

  it('refuses rows that do not fit', () => {
    expect(refusal('name,id\nred, dark,0\nblue,1').message).toMatch(/Row 2 .* 3 fields, and the heading 2/);
    expect(refusal('id,de,fr\n0,Eule,hibou\n1,Möwe,mouette').message).toMatch(/several columns .* “de”, “fr”/);
    expect(refusal('id,name\n0,owl\none,gull').message).toMatch(/“id” in row 3/);
  });
});

describe('JSON', () => {
  const cars = ['coupé', 'van', 'bus'];
  it.each([
    ['a list', '["coupé","van","bus"]'],
    ['numbers to names', '{"0":"coupé","1":"van","2":"bus"}'],
    ['numbers to names out of order, from one', '{"3":"bus","1":"coupé","2":"van"}'],
    ['names to numbers', '{"bus":2,"coupé":0,"van":1}'],
    ['id2label beside others', '{"model_type":"vit","id2label":{"0":"coupé","1":"van","2":"bus"},"label2id":{"x":0}}'],
    ['label2id', '{"label2id":{"bus":2,"coupé":0,"van":1}}'],
    ['labels', '{"labels":["coupé","van","bus"]}'],
    ['class_indices', '{"class_indices":{"bus":2,"coupé":0,"van":1}}'],
    ['objects', '[{"id":0,"name":"coupé"},{"id":2,"name":"bus"},{"id":1,"name":"van"}]'],
    ['categories from one', '{"categories":[{"id":3,"name":"bus"},{"id":1,"name":"coupé"},{"id":2,"name":"van"}]}'],
    ['objects without numbers', '[{"label":"coupé"},{"label":"van"},{"label":"bus"}]'],
    ['pairs', '[["van",1],["bus",2],["coupé",0]]'],
    [
      'Keras’s index',
      '{"0":["n1","x"],"1":["n03769881","van"],"2":["n02924116","bus"]}'.replace('"n1","x"', '"n03100240","coupé"'),
    ],
    ['a Python dictionary', "{0: 'coupé',\n 1: \"van\",\n 2: 'bus',}"],
    ['a Python list', "['coupé', 'van', 'bus']"],
    ['Python pairs', "[(0, 'coupé'), (2, 'bus'), (1, 'van')]"],
  ])('%s', (_, text) => {
    expect(parseLabels(text, 'cars.json')).toEqual({ names: cars, warnings: [] });
  });

  it('digits as names are told from numbers', () => {
    expect(named('{"0":0,"1":1,"10":2,"2":3}')).toEqual(['0', '1', '10', '2']);
    expect(named(`{0: 'potter\\'s wheel', 1: "dog's"}`)).toEqual(["potter's wheel", "dog's"]);
  });

  it('refuses what it cannot tell', () => {
    expect(refusal('{"cat": "0", "dog": "1"}').message).toBe('names.txt does not name classes in a known form.');
    expect(refusal('[1, 2]').message).toBe('Item 0 of names.txt is not the name of a class.');
    expect(refusal('{"0": {"colour": "red"}}').message).toContain('“0” in names.txt');
    expect(refusal('{"0": "cat", "1": }').message).toMatch(/is not valid JSON/);
    expect(refusal('['.repeat(500) + ']'.repeat(500)).message).toMatch(/nested too deep/);
    expect(refusal('[{"id":0,"name":"a"},{"name":"b"}]').message).toMatch(/not "b"/);
  });
});

describe('one name too many or too few', () => {
  const six = ['a', 'b', 'c', 'd', 'e', 'f'];
  it.each(['background', 'Background', '__background__', 'dummy', 'void', 'none of the above'])(
    'drops %s, which is said',
    (first) => {
      const { names, warnings } = completeNames([first, ...six], 6, false, 'x');
      expect(names).toEqual(six);
      expect(warnings).toEqual([expect.stringContaining(`“${first}”, is left out`)]);
    },
  );

  it.each([
    [['cat', ...six], 6],
    [['background', ...six], 5],
    [[...six, 'background'], 6],
    [six, 7],
    [['background'], 7],
    [['a', 'b', 'c'], 2],
  ])('asks for %j and %i classes', (names, count) => {
    expect(() => completeNames(names, count, false, 'x')).toThrow(
      expect.objectContaining({
        code: 'model-spec',
        message: expect.stringMatching(`x names ${names.length} .* ${count}\\.$`) as string,
      }),
    );
  });

  it('keeps a background that the model has, and takes one or two names for one output', () => {
    expect(completeNames(['background', ...six], 7, false, 'x')).toEqual({
      names: ['background', ...six],
      warnings: [],
    });
    expect(completeNames(['ham', 'spam'], 2, true, 'x').names).toEqual(['ham', 'spam']);
    expect(() => completeNames(['background', 'ham', 'spam'], 2, true, 'x')).toThrow(/3 classes, but the model has 2/);
  });
});
