import { describe, expect, it } from 'vitest';
import { matchClasses } from '../../../src/core/result/matchClasses';

describe('matchClasses', () => {
  it.each([
    [
      ['red', 'blue'],
      ['blue', 'red'],
      [1, 0],
    ],
    [
      ['Cat', 'cat'],
      ['cat', 'Cat'],
      [1, 0],
    ],
    [
      ['T-shirt/top', 'Ankle boot', 'Bag'],
      ['bag', 'ankle_boot', 'tshirt'],
      [2, 1, 0],
    ],
    [
      ['hot dog', 'Not-Hot-Dog'],
      ['not hot dog', 'hot_dog '],
      [1, 0],
    ],
    [
      ['tench, Tinca tinca', 'goldfish, Carassius auratus'],
      ['Carassius auratus', 'tench'],
      [1, 0],
    ],
    [
      ['0', '1', '2', '10'],
      ['0', '1', '10', '2'],
      [0, 1, 3, 2],
    ],
    [
      ['A\u0308rger', 'Ruhe'],
      ['ruhe', 'ärger'],
      [1, 0],
    ],
    [
      ['+', '-'],
      ['-', '+'],
      [1, 0],
    ],
    [[], [], []],
  ])('%j in %j', (wanted, names, places) => {
    expect(matchClasses(wanted, names)).toEqual(places);
  });

  it.each([
    [
      ['red', 'blue'],
      ['red', 'green'],
    ],
    [
      ['red', 'blue'],
      ['red', 'blue', 'green'],
    ],
    [
      ['cat', 'CAT'],
      ['Cat', 'cAt'],
    ],
    [
      ['crane', 'crane'],
      ['crane', 'crane'],
    ],
    [
      ['crane, bird', 'crane, machine'],
      ['crane', 'machine'],
    ],
    [
      ['a/b', 'c'],
      ['a', 'b'],
    ],
    [
      ['1.0', '2'],
      ['10', '2'],
    ],
  ])('leaves %j and %j alone', (wanted, names) => {
    expect(matchClasses(wanted, names)).toBeUndefined();
  });
});
