import { BufferTarget, CanvasSource, getFirstEncodableVideoCodec, Output, Quality, WebMOutputFormat } from 'mediabunny';
import type { Frame } from '../../../../src/training/frames/frames';
import { layoutFilm } from './layout';
import { type FilmScene, paintFilm } from './paint';

/** What the user can be told and do about it. */
export class FilmError extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
    this.name = 'FilmError';
  }
}

interface FilmJob {
  readonly signal: AbortSignal;
  /** Of `total` frames. */
  readonly report: (done: number) => void;
}

/** About half a minute at 12 frames a second. */
export const MOST_FILM_FRAMES = 400;
const FRAMES_PER_SECOND = 12;
/** The last frame stays a while. */
const LAST_SECONDS = 2;

/** Encodes the frames as a WebM film (VP9 or VP8), as fast as the encoder goes. */
export async function encodeFilm(
  scene: FilmScene,
  chunks: AsyncIterable<readonly Frame[]>,
  { signal, report }: FilmJob,
): Promise<Uint8Array> {
  const picture = scene.pictures[0];
  if (picture === undefined) throw new FilmError('The run has no watched images.', 'Train with watched images.');
  const layout = layoutFilm(scene.pictures.length, picture);
  const { width, height } = layout;
  const quality = new Quality('high');
  const codec = await getFirstEncodableVideoCodec(['vp9', 'vp8'], { width, height, quality });
  if (codec === null)
    throw new FilmError(
      'This window has no encoder for WebM films.',
      'Export the animation as GIF or the frames as PNG.',
    );
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new FilmError('This window cannot draw the film.', 'Export the frames as PNG.');

  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const source = new CanvasSource(canvas, { codec, quality });
  output.addVideoTrack(source, { frameRate: FRAMES_PER_SECOND });
  await output.start();
  try {
    let count = 0;
    for await (const frames of chunks)
      for (const frame of frames) {
        signal.throwIfAborted();
        paintFilm(context, layout, scene, frame);
        await source.add(count / FRAMES_PER_SECOND, 1 / FRAMES_PER_SECOND);
        count += 1;
        report(count);
      }
    if (count === 0) throw new FilmError('The run has no frames yet.', 'Wait until some minibatches were watched.');
    await source.add((count - 1) / FRAMES_PER_SECOND + LAST_SECONDS, 1 / FRAMES_PER_SECOND);
    signal.throwIfAborted();
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  if (target.buffer === null) throw new FilmError('The film came out empty.', 'Export the frames as PNG.');
  return new Uint8Array(target.buffer);
}
