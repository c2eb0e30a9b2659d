import type { AttributionRecord } from '../../src/core/result/kinds/attribution';
import type { MethodCatalog } from '../../src/engine/calls/service';
import { griddingWords } from '../../src/core/render/onGrid';
import { objectiveWords } from '../../src/core/result/objectiveWords';
import { type Fact, parameterFacts } from '../facts';
import { formatNumber, formatSigned } from '../format';

export function attributionFacts(record: AttributionRecord, catalog?: MethodCatalog): readonly Fact[] {
  const method = catalog?.attribution.find(({ id }) => id === record.method);
  const { objective, statistics, stage, delta, layer } = record;
  const shown = layer && griddingWords(layer, record.model.input);
  return [
    ['Method', method?.label ?? record.method],
    ...(method === undefined ? [] : [['Definition', method.formula, 'number'] as const]),
    [capitalised(objectiveWords(objective)), formatSigned(objective.value, 5), 'number'],
    ...(layer === undefined
      ? []
      : [['Layer', `${layer.id} (${layer.kind}, ${layer.height} × ${layer.width} × ${layer.channels})`] as const]),
    ...(shown === undefined ? [] : [['Shown', shown] as const]),
    ['Map from … to', `${formatSigned(statistics.minimum)} … ${formatSigned(statistics.maximum)}`, 'number'],
    ['Sum', formatSigned(statistics.sum, 5), 'number'],
    ['Sum of magnitudes', formatNumber(statistics.absoluteSum, 5), 'number'],
    ...(statistics.nonFinite === 0 ? [] : [['Not finite', String(statistics.nonFinite), 'number'] as const]),
    ...(stage === undefined ? [] : [['Stage', stage] as const]),
    ...(delta === undefined ? [] : [['Completeness delta', formatSigned(delta), 'number'] as const]),
    ...trainingFacts(record),
    ...parameterFacts(record),
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a training-integrated map was summed over. */
function trainingFacts({ training }: AttributionRecord): readonly Fact[] {
  if (training === undefined) return [];
  const { folder, checkpoints } = training;
  const losses = checkpoints.map(({ loss }) => loss);
  return [
    ['Checkpoints', `${checkpoints.length} in ${folder}`],
    ['Loss from … to', `${formatNumber(losses[0] ?? NaN)} … ${formatNumber(losses.at(-1) ?? NaN)}`, 'number'],
  ];
}
