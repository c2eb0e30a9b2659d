import type { Box } from '../../core/image/canvas';
import { shortenToFit, strokeText, type TextStyle } from '../../core/image/strokeText';
import type { FrameImage } from '../frames/frames';
import type { RunRecord } from '../run/record';

export const TITLE: TextStyle = { capitalHeight: 10, weight: 0.155, color: '#1a1a1a' };
export const BODY: TextStyle = { capitalHeight: 9, weight: 0.12, color: '#404040' };

/** A line of text in a box, shortened to fit, as SVG. */
export function textIn(box: Box, text: string, style: TextStyle, align: 'left' | 'middle' | 'right' = 'left'): string {
  const drawn = strokeText(shortenToFit(text, box.width, style), style);
  const free = { left: 0, middle: 0.5, right: 1 }[align] * (box.width - drawn.width);
  return drawn.draw(box.x + free, box.y + (box.height + style.capitalHeight) / 2);
}

/** "ankle boot 93.2 %". */
export function predictionWords({ predicted, probability }: FrameImage, record: RunRecord): string {
  return `${className(record, predicted)} ${(100 * probability).toFixed(1)} %`;
}

export function className({ dataset }: RunRecord, index: number): string {
  return dataset.info.classes[index] ?? String(index);
}

/** Three significant digits. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e4)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}
