import type { ColorMapId } from '../../src/core/render/view';
import { type SelectOption, type SliderField, sliderField } from './field';

/** The colours that a map can be shown in. */
export const COLOR_MAPS: readonly SelectOption<ColorMapId>[] = [
  { id: 'diverging', label: 'Blue – white – orange', description: 'Diverging, centred at zero.' },
  { id: 'inferno', label: 'Inferno', description: 'Sequential, from zero by magnitude.' },
  { id: 'viridis', label: 'Viridis', description: 'Sequential, from zero by magnitude.' },
  { id: 'gray', label: 'Grey', description: 'Sequential, from zero by magnitude.' },
];

/** Of a map over a picture. */
export function opacityField(moved: (opacity: number) => void, className = ''): SliderField {
  const format = (value: number): string => `${Math.round(100 * value)}\u00a0%`;
  return sliderField('Opacity', { minimum: 0, maximum: 1, step: 0.01, format, className }, moved);
}
