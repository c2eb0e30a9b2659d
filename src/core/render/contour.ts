import type { RgbaImage } from './map';

/** Of the shorter side: as thick as a line is to be seen when the picture fills a pane. */
const THICKNESS = 1 / 300;

/** Draws a white line around the pixels that `inside` marks, just outside of them, and a black one around it. */
export function drawContour({ rgba, width, height }: RgbaImage, inside: Uint8Array): void {
  const thickness = Math.max(1, Math.round(THICKNESS * Math.min(width, height)));
  const white = grown(inside, width, height, thickness);
  const black = grown(white, width, height, thickness);
  for (let pixel = 0; pixel < inside.length; pixel++) {
    if (inside[pixel] || !black[pixel]) continue;
    rgba.fill(white[pixel] ? 255 : 0, 4 * pixel, 4 * pixel + 3);
  }
}

/** The marked pixels and those at most `steps` steps to the side, up or down from one. */
function grown(marked: Uint8Array, width: number, height: number, steps: number): Uint8Array {
  let from = marked;
  for (let step = 0; step < steps; step++) {
    const to = from.slice();
    for (let y = 0, pixel = 0; y < height; y++)
      for (let x = 0; x < width; x++, pixel++) {
        if (!from[pixel]) continue;
        if (x > 0) to[pixel - 1] = 1;
        if (x + 1 < width) to[pixel + 1] = 1;
        if (y > 0) to[pixel - width] = 1;
        if (y + 1 < height) to[pixel + width] = 1;
      }
    from = to;
  }
  return from;
}
