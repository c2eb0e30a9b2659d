import type { Draw } from './draw';

/** The sides of the pictures that a body takes. */
interface Size {
  readonly channels: number;
  /** Nothing but the operators tells which axis is the channels'. */
  readonly isAmbiguous?: true;
  sides(draw: Draw): readonly [number, number];
}

const SIDES = [8, 10, 12, 14] as const;

export const SIZES: Readonly<Record<string, Size>> = {
  usual: { channels: 3, sides: (draw) => [draw.of(SIDES), draw.of(SIDES)] },
  grey: { channels: 1, sides: (draw) => [draw.of(SIDES), draw.of(SIDES)] },
  'one-column': { channels: 1, isAmbiguous: true, sides: (draw) => [draw.of(SIDES), 1] },
  'one-row': { channels: 1, isAmbiguous: true, sides: (draw) => [1, draw.of(SIDES)] },
  'three-columns': { channels: 3, isAmbiguous: true, sides: (draw) => [draw.of(SIDES), 3] },
  'three-rows': { channels: 3, isAmbiguous: true, sides: (draw) => [3, draw.of(SIDES)] },
  'three-by-three': { channels: 3, isAmbiguous: true, sides: () => [3, 3] },
  'three-columns-of-grey': { channels: 1, isAmbiguous: true, sides: (draw) => [draw.of(SIDES), 3] },
  'one-column-of-colour': { channels: 3, isAmbiguous: true, sides: (draw) => [draw.of(SIDES), 1] },
  'four-channels': { channels: 4, sides: (draw) => [draw.of(SIDES), draw.of(SIDES)] },
};
