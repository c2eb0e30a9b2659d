import type { Canvas } from '../../core/image/canvas';
import { loadSharp } from './sharp';

/** The canvas with SVG elements over it, in pixels of the canvas. */
export async function drawSvg({ rgba, width, height }: Canvas, elements: string): Promise<Canvas> {
  const sharp = await loadSharp();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${elements}</svg>`;
  const drawn = await sharp(new Uint8Array(rgba.buffer), {
    raw: { width, height, channels: 4 },
    limitInputPixels: false,
  })
    .composite([{ input: Buffer.from(svg), left: 0, top: 0, limitInputPixels: false }])
    .raw()
    .toBuffer();
  return { rgba: new Uint8ClampedArray(new Uint8Array(drawn).buffer), width, height };
}
