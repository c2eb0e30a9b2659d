import { createCanvas, drawImage, type Canvas } from '../../core/image/canvas';
import { drawSvg } from '../../formats/pictures/drawSvg';
import type { Frame } from '../frames/frames';
import { layOutGrid } from './grid';
import { paintFrameMap, paintPicture } from './paint';
import type { ExportOptions, RunSource } from './source';
import { chosenImages, chosenSide } from './source';
import { BODY, className, predictionWords, shortNumber, textIn, TITLE } from './words';

/** Draws the frames of a run, one at a time. */
export interface Film {
  readonly draw: (frame: Frame) => Promise<Canvas>;
}

const MAP_WORDS = {
  'gradient-x-input': 'gradient × input: black 0, bright the largest of each map',
  'loss-gradient': 'loss gradient: orange raises the loss, blue lowers it; each map to its largest',
} as const;
const LINES = 3;

/**
 * A grid of the watched images: picture and map side by side, under them name, prediction and loss; at the bottom the minibatch. What
 * stays is drawn once.
 */
export async function createFilm(source: RunSource, options: ExportOptions): Promise<Film> {
  const { record, pictures, frames } = source.contents;
  const images = chosenImages(source, options);
  const side = chosenSide(options);
  const grid = layOutGrid({ cells: images.length, panes: 2, lines: LINES, picture: pictures[images[0]!]!, side });
  const still = createCanvas(grid.width, grid.height);
  images.forEach((image, at) => drawImage(still, paintPicture(pictures[image]!, grid.pane), grid.cells[at]!.panes[0]!));
  const names = images.map((image, at) => textIn(grid.cells[at]!.captions[0]!, record.watched[image]!.name, TITLE));
  const title = `${record.name} – ${MAP_WORDS[options.map]}`;
  const background = await drawSvg(still, [textIn(grid.header, title, BODY), ...names].join(''));

  return {
    draw(frame) {
      const canvas = { ...background, rgba: background.rgba.slice() };
      const words = images.flatMap((image, at) => {
        const { panes, captions } = grid.cells[at]!;
        const seen = frame.images[image]!;
        drawImage(canvas, paintFrameMap(seen, frames.size, options.map), panes[1]!);
        const label = className(record, record.watched[image]!.label);
        return [
          textIn(captions[1]!, predictionWords(seen, record), BODY),
          textIn(captions[2]!, `loss ${shortNumber(seen.loss)} for ${label}`, BODY),
        ];
      });
      const footer = textIn(grid.footer, `minibatch ${frame.step} of ${record.steps}`, TITLE);
      return drawSvg(canvas, [footer, ...words].join(''));
    },
  };
}
