import { parameterValues } from '../method/parameterValues';
import { choice, list, object, possible, text } from '../schema/kinds';
import { measured, number } from '../schema/numbers';
import type { Of } from '../schema/schema';

/** Maps that explain nothing: the map's own values at random places, an edge detector of the picture. */
export const CONTROL_IDS = ['random', 'edges'] as const;
export type ControlId = (typeof CONTROL_IDS)[number];

/** Which values of a metric are good. */
export const DIRECTIONS = ['lower', 'higher'] as const;

const LONGEST_CURVE = 10_001;
const curve = object({ x: list(measured, LONGEST_CURVE), y: list(measured, LONGEST_CURVE) });

const found = {
  /** NaN: it could not be measured, and a warning says why. */
  value: measured,
  curve: possible(curve),
};

/** What a metric says of a map, beside what it says of the controls. */
export const measurement = object({
  metric: text(100),
  parameters: parameterValues,
  seed: number(),
  better: choice(DIRECTIONS),
  ...found,
  controls: list(object({ id: choice(CONTROL_IDS), ...found }), 10),
  milliseconds: measured,
  warnings: list(text(), 100),
});

export type Measurement = Of<typeof measurement>;
export type Curve = Of<typeof curve>;
