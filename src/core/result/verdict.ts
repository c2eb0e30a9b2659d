import type { ControlId, Measurement } from './measurement';

type Judged = Pick<Measurement, 'better' | 'value' | 'controls'>;

export const CONTROL_NAMES: Readonly<Record<ControlId, string>> = {
  random: 'random map',
  edges: 'edge detector',
};

/** Whether a value is better than another one, both measured; a tie is not. */
export function isBetter(better: Measurement['better'], value: number, than: number): boolean {
  return better === 'lower' ? value < than : value > than;
}

/** The controls that the map does not beat, in their order. */
export function unbeaten({ better, value, controls }: Judged): readonly ControlId[] {
  return controls.filter((control) => !isBetter(better, value, control.value)).map(({ id }) => id);
}

/** "better than both controls", "no better than a random map": whether the number says anything for the map. */
export function verdictWords(judged: Judged): string {
  if (Number.isNaN(judged.value)) return 'not measured';
  const lost = unbeaten(judged);
  if (lost.length > 0) return `no better than ${lost.map(withArticle).join(' or ')}`;
  const { controls } = judged;
  return controls.length === 2
    ? 'better than both controls'
    : `better than ${controls.map(({ id }) => withArticle(id)).join(' and ')}`;
}

function withArticle(id: ControlId): string {
  return `${id === 'edges' ? 'an' : 'a'} ${CONTROL_NAMES[id]}`;
}
