import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPORT_FORMATS } from '../../../src/core/result/exportFormats';
import { kindOf } from '../../../src/core/result/kinds';
import { arrayOf, filesOf, resultFrom } from '../../../src/extension/results/resultFiles';

const stored = path.resolve(import.meta.dirname, '../../golden/stored');

describe.each(['attribution', 'attack', 'integrated'])('a kind of result, of what was stored as %s', (name) => {
  const folder = path.join(stored, name);
  const open = () => resultFrom(async (file) => new Uint8Array(readFileSync(path.join(folder, file))));

  it('keeps the same files with the same arrays', async () => {
    const files = filesOf(await open());
    expect([...files.keys()].sort()).toEqual(readdirSync(folder).sort());
    for (const [file, bytes] of files)
      if (!file.endsWith('.json'))
        expect(Buffer.from(bytes).equals(readFileSync(path.join(folder, file))), file).toBe(true);
    expect(JSON.parse(Buffer.from(files.get('record.json')!).toString())).toEqual((await open()).record);
  });

  it('names arrays that the result has, each of the shape that it says', async () => {
    const result = await open();
    const { arrays, raw, overlay, image, exports } = kindOf(result.record);
    for (const property of [raw.array, overlay, image])
      if (property !== undefined) expect(arrays).toHaveProperty(property);
    for (const [property, { shape }] of Object.entries(arrays)) {
      const { height, width, channels, data } = arrayOf(result, property);
      expect({ height, width, channels }).toEqual({ height: 28, width: 28, channels: 1 });
      expect(shape(result.record)).toMatchObject({ height, width, channels });
      expect(data).toHaveLength(28 * 28);
    }
    expect(EXPORT_FORMATS).toEqual(expect.arrayContaining([...exports]));
  });
});

describe('what is said of a result', () => {
  const recordOf = (name: string) =>
    resultFrom(async (file) => new Uint8Array(readFileSync(path.join(stored, name, file)))).then(
      ({ record }) => record,
    );

  it('an attribution: its class; an attack: what became of the prediction, and ε', async () => {
    const [attribution, attack] = [await recordOf('attribution'), await recordOf('attack')];
    const said = [attribution, attack].map((record) => {
      const { methodOf, headline, details, after } = kindOf(record);
      return [methodOf(record), headline(record), ...details(record), after?.classes(record)[0]?.name];
    });
    expect(said).toEqual([
      ['integrated-gradients', 'Sandal', undefined],
      ['fgsm', 'Sandal → Sneaker', 'ε 0.05', 'Sneaker'],
    ]);
  });
});
