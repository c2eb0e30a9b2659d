import { printable } from '../core/printable';
import { scalingWords } from '../core/render/preprocessingWords';
import type { PresetTrial } from '../engine/calls/service';
import type { Session } from './session';
import { writeJson } from './session';
import { formatTable } from './table';

const WIDEST_NAME = 40;

/** Writes what a model says of pictures under each preset, a line a preset and picture. */
export function writeTrials(session: Session, trials: readonly PresetTrial[], asJson = false): void {
  if (asJson) {
    writeJson(session, { kind: 'preset-trials', trials });
    return;
  }
  const rows = trials.flatMap(({ preset = 'as it is', input, pictures }) =>
    pictures.map(({ name, classes, isStable }) => [
      preset,
      printable(name, WIDEST_NAME),
      classes.map((each) => `${printable(each.name, WIDEST_NAME)} ${(100 * each.probability).toFixed(1)} %`).join(', '),
      isStable ? 'the same when flipped' : 'another class when flipped',
      scalingWords(input),
    ]),
  );
  session.write(formatTable(rows));
}
