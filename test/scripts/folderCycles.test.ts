import { describe, expect, it } from 'vitest';
import { folderCycles } from '../../scripts/support/folderCycles';

const files = (imports: Record<string, string[]>) =>
  Object.entries(imports).map(([path, others]) => ({ path, imports: others }));

describe('folderCycles', () => {
  it('lets folders use one another in one direction, and the file above that joins them', () => {
    const tree = files({
      'src/app.ts': ['src/trees/oak.ts', 'src/birds/owl.ts'],
      'src/birds/owl.ts': ['src/trees/oak.ts', 'src/names.ts'],
      'src/trees/oak.ts': ['src/names.ts'],
      'src/names.ts': [],
    });
    expect(folderCycles(tree)).toEqual([]);
  });

  it('names folders that need one another though no files do, with an import for each step', () => {
    const tree = files({
      'src/birds/owl.ts': ['src/trees/oak.ts'],
      'src/birds/nest.ts': [],
      'src/trees/oak.ts': [],
      'src/trees/hollow.ts': ['src/birds/nest.ts'],
    });
    expect(folderCycles(tree)).toEqual([
      {
        folder: 'src',
        neighbours: ['birds', 'trees'],
        imports: ['src/birds/owl.ts → src/trees/oak.ts', 'src/trees/hollow.ts → src/birds/nest.ts'],
      },
    ]);
  });

  it('counts a file of the folder above as one, and finds ways round through several', () => {
    const tree = files({
      'a/one/x.ts': ['a/two/y.ts'],
      'a/two/y.ts': ['a/shared.ts'],
      'a/shared.ts': ['a/one/z.ts'],
      'a/one/z.ts': [],
      'b/other.ts': ['a/shared.ts'],
    });
    expect(folderCycles(tree).map(({ folder, neighbours }) => ({ folder, neighbours }))).toEqual([
      { folder: 'a', neighbours: ['one', 'two', 'shared.ts'] },
    ]);
  });
});
