import type { AttackResult } from '../engine/calls/service';
import { composeFigure } from '../formats/pictures/figure';
import { realChange } from '../core/render/realChange';
import { renderImage } from '../core/render/image';
import { renderPerturbation } from '../core/render/perturbation';
import type { ClassScore } from '../core/result/record';
import { formatNumber, formatProbability } from './table';

/** PNG: image, amplified perturbation (grey: no change) and adversarial image, each with what the model says of it. */
export function attackFigure({ record, input, perturbation, adversarial }: AttackResult): Promise<Uint8Array> {
  const change = renderPerturbation(realChange(input, adversarial, perturbation), 'centred');
  const { norm = 'linf', norms } = record;
  const distance = `${norm === 'linf' ? 'max |a′ − a|' : 'L2 of a′ − a'} = ${formatNumber(norms[norm])}`;
  return composeFigure(
    [
      { ...renderImage(input), title: 'a', lines: prediction(record.classes) },
      {
        ...change,
        title: `δ (× ${formatNumber(change.amplification)})`,
        lines: prediction(record.perturbationClasses),
      },
      {
        ...renderImage(adversarial),
        title: 'a′',
        lines: [...prediction(record.adversarialClasses), distance],
      },
    ],
    { between: ['+', '='] },
  );
}

function prediction([first]: readonly ClassScore[]): string[] {
  return first === undefined ? [] : [`${first.name} ${formatProbability(first.probability)}`];
}
