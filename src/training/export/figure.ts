import { createCanvas, drawImage, type Canvas } from '../../core/image/canvas';
import { drawSvg } from '../../formats/pictures/drawSvg';
import type { RawMap } from '../../core/image/pixels';
import type { WatchedMaps } from '../run/contents';
import type { Frame } from '../frames/frames';
import { drawColorBars } from './colorBars';
import { layOutGrid } from './grid';
import { paintFrameMap, paintMap, paintPicture } from './paint';
import type { ExportOptions, RunSource } from './source';
import { chosenImages, chosenSide, requireFrames } from './source';
import { BODY, className, predictionWords, shortNumber, textIn, TITLE } from './words';

/** Frames between the first and the last. */
const DURING = 3;
const LINES = 2;

/** One picture in the row of an image. */
interface Pane {
  readonly title: string;
  readonly picture: Canvas;
  readonly lines: readonly string[];
}

/**
 * One row an image: the picture, its map before, during (logarithmically spaced minibatches) and after training, and the sums over
 * training, of n configurations: Σ ∂J/∂a, Σ |∂J/∂a| and Σ ∂J/∂a ∘ a. Each map on its own scale; bars tell the colours.
 */
export async function drawFigure(
  source: RunSource,
  options: ExportOptions,
  progress: (done: number, total: number) => void,
): Promise<Canvas> {
  const { record, pictures, frames } = source.contents;
  const images = chosenImages(source, options);
  const places = figurePlaces(frames.steps, requireFrames(source.contents));
  const seen: Frame[] = [];
  for (const place of places) seen.push(await source.frame(place));
  const panes = 1 + seen.length + 3;
  const cells = images.length * panes;
  const side = chosenSide(options);
  const grid = layOutGrid({ cells, panes: 1, lines: LINES, picture: pictures[images[0]!]!, side, columns: panes });
  const canvas = createCanvas(grid.width, grid.height);
  const words: string[] = [];
  for (const [row, image] of images.entries()) {
    const facts = record.watched[image]!;
    const picture = paintPicture(pictures[image]!, grid.pane);
    const shown: readonly Pane[] = [
      { title: 'a', picture, lines: [facts.name, className(record, facts.label)] },
      ...seen.map((frame): Pane => {
        const state = frame.images[image]!;
        return {
          title: stepWords(frame.step, places.length > 1 && frame === seen.at(-1)),
          picture: paintFrameMap(state, frames.size, options.map),
          lines: [predictionWords(state, record), `loss ${shortNumber(state.loss)}`],
        };
      }),
      ...sumPanes(await source.maps(image), pictures[image]!.data),
    ];
    shown.forEach(({ title, picture: painted, lines }, column) => {
      const cell = grid.cells[row * panes + column]!;
      const box = cell.panes[0]!;
      drawImage(canvas, painted, box);
      if (row === 0)
        words.push(textIn({ ...box, y: grid.header.y, height: grid.header.height }, title, TITLE, 'middle'));
      lines.forEach((line, at) => words.push(textIn(cell.captions[at]!, line, BODY, 'middle')));
    });
    progress(row + 1, images.length);
  }
  return drawSvg(canvas, words.join('') + drawColorBars(canvas, grid.footer));
}

function sumPanes({ integrated, integratedAbsolute, count }: WatchedMaps, picture: Uint8Array): readonly Pane[] {
  const timesInput = { ...integrated, data: integrated.data.map((value, index) => (value * picture[index]!) / 255) };
  const pane = (title: string, map: RawMap, display: 'diverging' | 'sequential'): Pane => ({
    title,
    picture: paintMap(map, display),
    lines: [`n = ${count}`, `largest ${shortNumber(largest(map.data))}`],
  });
  return [
    pane('Σ ∇J', integrated, 'diverging'),
    pane('Σ |∇J|', integratedAbsolute, 'sequential'),
    pane('Σ ∇J · a', timesInput, 'diverging'),
  ];
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function stepWords(step: number, isLast: boolean): string {
  if (step === 0) return 'before';
  return isLast ? `after ${step}` : `minibatch ${step}`;
}

/** The first, the last and, between them, the frames nearest to logarithmically spaced steps. */
function figurePlaces(steps: readonly number[], count: number): number[] {
  const last = count - 1;
  const from = Math.log(Math.max(1, steps[Math.min(1, last)]!));
  const to = Math.log(Math.max(1, steps[last]!));
  const between = Array.from({ length: DURING }, (_, n) => {
    const wanted = Math.exp(from + (n * (to - from)) / DURING);
    return nearestPlace(steps, wanted);
  });
  return [...new Set([0, ...between, last])].sort((a, b) => a - b);
}

function nearestPlace(steps: readonly number[], wanted: number): number {
  return steps.reduce(
    (best, step, place) => (Math.abs(step - wanted) < Math.abs(steps[best]! - wanted) ? place : best),
    0,
  );
}
