import { throwIfCancelled } from '../../core/errors';
import { createGifEncoder, GIF_COLORS } from '../../formats/pictures/gif';
import { encodeNpy } from '../../formats/npy/npy';
import { buildPalette, countColors } from '../../formats/pictures/palette';
import { encodeRgbaPng } from '../../formats/pictures/png';
import type { MethodContext } from '../../core/method/context';
import { watchedStem } from '../run/layout';
import { drawFigure } from './figure';
import { createFilm } from './film';
import { type Outputs, withOutputs } from './outputs';
import { paintColorMap } from './paint';
import type { ExportOptions, RunSource } from './source';
import { chosenFrames, chosenImages } from './source';
import { framesPerSecondOf } from './speed';

export type ExportContext = Pick<MethodContext, 'signal' | 'progress'>;

/** One PNG a frame, "frame-000123.png" after 123 minibatches, into a new or empty folder; returns their paths. */
export function exportFrames(
  source: RunSource,
  target: string,
  options: ExportOptions,
  context: ExportContext,
): Promise<readonly string[]> {
  const places = chosenFrames(source, options);
  return withOutputs(target, { empty: true }, async ({ write }) => {
    const film = await createFilm(source, options);
    for (const [done, place] of places.entries()) {
      throwIfCancelled(context.signal);
      const frame = await source.frame(place);
      const { rgba, width, height } = await film.draw(frame);
      await write(`frame-${String(frame.step).padStart(6, '0')}.png`, await encodeRgbaPng(rgba, width, height));
      context.progress?.(done + 1, places.length);
    }
  });
}

/** Frames from which the colours of a GIF are taken. */
const COLOR_SAMPLES = 5;
/** How long the last frame stays, in hundredths of a second. */
const LAST_STAYS = 200;

/** All frames as one animated GIF, "training.gif" or with the next free number; returns its path. */
export function exportAnimation(
  source: RunSource,
  target: string,
  options: ExportOptions,
  context: ExportContext,
): Promise<readonly string[]> {
  const places = chosenFrames(source, options);
  const hundredths = 100 / framesPerSecondOf(options);
  const samples = chosenFrames(source, { ...options, mostFrames: Math.min(COLOR_SAMPLES, places.length) });
  const total = samples.length + places.length;
  return withOutputs(target, { empty: false }, async ({ create }) => {
    const film = await createFilm(source, options);
    const draw = async (place: number) => {
      throwIfCancelled(context.signal);
      return film.draw(await source.frame(place));
    };
    const counts = countColors();
    counts.add(paintColorMap(options.map === 'gradient-x-input' ? 'inferno' : 'diverging').rgba);
    let size = { width: 1, height: 1 };
    for (const [done, place] of samples.entries()) {
      const canvas = await draw(place);
      counts.add(canvas.rgba);
      size = canvas;
      context.progress?.(done + 1, total);
    }
    const gif = createGifEncoder(size.width, size.height, buildPalette(counts, GIF_COLORS));
    const file = await create('training', 'gif');
    await file.writeFile(gif.header());
    for (const [done, place] of places.entries()) {
      const { rgba } = await draw(place);
      await file.writeFile(gif.frame(rgba, done === places.length - 1 ? LAST_STAYS : hundredths));
      context.progress?.(samples.length + done + 1, total);
    }
    await file.writeFile(gif.trailer());
  });
}

/** Per image its Σ, Σ|·| and last loss gradient as NPY (float32, height × width × channels), into a new or empty folder. */
export function exportMaps(
  source: RunSource,
  target: string,
  options: ExportOptions,
  context: ExportContext,
): Promise<readonly string[]> {
  const images = chosenImages(source, options);
  return withOutputs(target, { empty: true }, async ({ write }) => {
    for (const [done, image] of images.entries()) {
      throwIfCancelled(context.signal);
      const { integrated, integratedAbsolute, last } = await source.maps(image);
      const stem = watchedStem(image, source.contents.record.watched[image]!.name);
      const kinds = { integrated, 'integrated-absolute': integratedAbsolute, last };
      for (const [kind, { data, height, width, channels }] of Object.entries(kinds))
        await write(`${stem}-${kind}.npy`, encodeNpy(data, [height, width, channels]));
      context.progress?.(done + 1, images.length);
    }
  });
}

/** Before, during, after and summed as one picture, "training.png" or with the next free number; returns its path. */
export function exportFigure(
  source: RunSource,
  target: string,
  options: ExportOptions,
  context: ExportContext,
): Promise<readonly string[]> {
  return withOutputs(target, { empty: false }, async ({ create }: Outputs) => {
    const { rgba, width, height } = await drawFigure(source, options, (done, total) => {
      throwIfCancelled(context.signal);
      context.progress?.(done, total);
    });
    const bytes = await encodeRgbaPng(rgba, width, height);
    await (await create('training', 'png')).writeFile(bytes);
  });
}
