import type { AttackResult } from '../../src/engine/calls/service';
import type { RawMap } from '../../src/core/image/pixels';
import { realChange, type RealChange } from '../../src/core/render/realChange';
import { renderImage } from '../../src/core/render/image';
import { changeSize } from '../../src/core/result/changeSize';
import { rankOf } from '../../src/core/render/order';
import { renderPerturbation } from '../../src/core/render/perturbation';
import { reduceMap } from '../../src/core/render/reduce';
import type { PerturbationView } from '../../src/core/render/view';
import { formatNumber, formatSize } from '../format';
import { predictionLine } from './predictionLine';
import { type Cell, type Geometry, gridRectangle, inputGeometry } from '../panes/grid';
import { createPane, type Pane } from '../panes/pane';
import { channelsAt, describeProbe, formatPixel, formatValues, probeOf } from '../panes/probe';
import type { Reading } from '../panes/reading';

/** How the perturbation is looked at; `unclamped`: the step that was to be added, not what is left of it within the pixel range. */
export interface PerturbationLook {
  readonly view: PerturbationView;
  readonly unclamped: boolean;
}

/** a, δ and a′ of one result. */
export interface AttackPanes {
  readonly panes: readonly [input: Pane, perturbation: Pane, adversarial: Pane];
  draw(result: AttackResult, look: PerturbationLook): void;
  probe(cell: Cell): Reading;
}

export function attackGeometry({ input }: AttackResult): Geometry {
  return inputGeometry({ width: input.width, height: input.height });
}

export function createAttackPanes(): AttackPanes {
  const input = createPane({ name: 'input', title: 'Image a' });
  const perturbation = createPane({ name: 'perturbation', title: 'Perturbation δ' });
  const adversarial = createPane({ name: 'adversarial', title: 'Adversarial image a′' });
  let drawn: { readonly result: AttackResult; readonly shown: RawMap; ranks?: Uint32Array } | undefined;
  let real: { readonly of: AttackResult; readonly change: RealChange } | undefined;

  return {
    panes: [input, perturbation, adversarial],
    draw(result, { view, unclamped }) {
      if (real?.of !== result)
        real = { of: result, change: realChange(result.input, result.adversarial, result.perturbation) };
      const shown = unclamped ? result.perturbation : real.change;
      drawn = { result, shown };
      const { record } = result;
      const bounds = gridRectangle(attackGeometry(result).grid);
      const rendered = renderPerturbation(shown, view);
      input.draw(renderImage(result.input), bounds);
      perturbation.draw(rendered, bounds);
      adversarial.draw(renderImage(result.adversarial), bounds);

      input.note.textContent = formatSize(result.input.width, result.input.height);
      perturbation.note.textContent = scaleNote(view, rendered.amplification);
      perturbation.note.title = clampWords(real.change, unclamped);
      const { symbol, value } = changeSize(record);
      adversarial.note.textContent = `${symbol} = ${formatNumber(value)}`;
      perturbation.say(remarkOf(shown));
      const { label } = record;
      const known = label ?? (record.goal.direction === 'away' ? record.goal.label : undefined);
      input.footer.replaceChildren(predictionLine(record.classes, known));
      perturbation.footer.replaceChildren(predictionLine(record.perturbationClasses, undefined));
      adversarial.footer.replaceChildren(predictionLine(record.adversarialClasses, known));
      input.describe(`Image ${record.image.name}, predicted ${nameOf(record.classes)}`);
      perturbation.describe(`Perturbation, by itself predicted ${nameOf(record.perturbationClasses)}`);
      adversarial.describe(`Adversarial image, predicted ${nameOf(record.adversarialClasses)}`);
    },
    probe(cell) {
      if (drawn === undefined) return undefined;
      const { result, shown } = drawn;
      drawn.ranks ??= rankOf(reduceMap(shown, 'absolute-maximum'));
      const probe = probeOf(result.input, shown, drawn.ranks, cell);
      return {
        probe,
        text: describeProbe(probe, [
          ['pixel', formatPixel(probe.pixel)],
          ['perturbation', formatValues(probe.value)],
          ['becomes', formatPixel(channelsAt(result.adversarial, cell))],
        ]),
      };
    },
  };
}

function nameOf(scores: readonly { readonly name: string }[]): string {
  return scores[0]?.name ?? 'nothing';
}

function clampWords({ clamped, data }: RealChange, unclamped: boolean): string {
  if (clamped === 0) return 'What was added to the picture.';
  return unclamped
    ? `The step as it was taken; ${clamped} of ${data.length} values were cut to the pixel range.`
    : `a′ − a, what was really added: ${clamped} of ${data.length} values were cut to the pixel range.`;
}

function scaleNote(view: PerturbationView, amplification: number): string {
  switch (view) {
    case 'true-scale':
      return '|δ| × 1';
    case 'amplified':
      return `|δ| × ${formatNumber(amplification)}`;
    case 'centred':
      return `½ + δ × ${formatNumber(amplification)}`;
  }
}

function remarkOf({ data }: RawMap): string | undefined {
  if (data.every((value) => value === 0)) return 'The perturbation is zero everywhere: the image is unchanged.';
  const count = data.reduce((sum, value) => (Number.isFinite(value) ? sum : sum + 1), 0);
  return count === 0 ? undefined : `${count} of ${data.length} values are NaN or infinite and shown as no change.`;
}
