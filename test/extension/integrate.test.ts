import assert from 'node:assert/strict';
import { labelItems, runItems } from '../../src/extension/commands/integrateCommand';

describe('Integrate over Checkpoints', () => {
  it('puts the class that the picture is named after first', () => {
    const classes = ['Bag', 'Sandal', 'Coat'];
    const items = labelItems(classes, '/pictures/sandal-3.png');
    assert.deepEqual(
      items.map(({ label, index }) => [label, index]),
      [
        ['Sandal', 1],
        ['Bag', 0],
        ['Coat', 2],
      ],
    );
    assert.match(items[0]!.description, /^1, by the file name$/);
    assert.deepEqual(
      labelItems(classes, '/pictures/7.png').map(({ label }) => label),
      classes,
    );
  });

  it('offers the runs that are known', () => {
    const head = { name: 'Night run', created: '2025-03-04T12:00:00.000Z' };
    const [item] = runItems([{ folder: '/runs/night', head, hasModel: true } as never]);
    assert.deepEqual([item!.label, item!.folder], ['Night run', '/runs/night']);
    assert.match(item!.description, /2025/);
  });
});
