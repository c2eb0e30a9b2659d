import { decodePicture } from './decode';
import type { Picture, PixelImage } from '../../core/image/pixels';
import { loadSharp } from './sharp';

/** PNG of an image in pixel space: 8 bits a channel, round(255·v) of v clamped to [0, 1]; grey or RGB as the image is. */
export async function encodePng(image: PixelImage): Promise<Uint8Array> {
  const { height, width, channels } = image;
  return encode({ data: toEightBit(image.data), height, width, channels });
}

/** PNG of 8-bit RGBA pixels, height × width × 4, alpha not premultiplied. Throws `RangeError` where the length does not fit. */
export async function encodeRgbaPng(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Promise<Uint8Array> {
  if (rgba.length !== width * height * 4) throw new RangeError(`${rgba.length} bytes are not ${width} × ${height} × 4`);
  const sharp = await loadSharp();
  const data = new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length);
  return plain(
    await sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false })
      .png()
      .toBuffer(),
  );
}

/** PNG of a picture for display, shrunk so that neither side is longer than `longestSide`, never enlarged. */
export async function encodePreview(
  picture: Picture,
  longestSide: number,
): Promise<{ png: Uint8Array; width: number; height: number }> {
  const scale = Math.min(1, longestSide / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  return { png: await encode(picture, { width, height }), width, height };
}

/** The image after it was saved as 8-bit PNG and opened again: what another program will see of it. */
export async function roundTripEightBit(image: PixelImage): Promise<PixelImage> {
  const { data, height, width } = await decodePicture(await encodePng(image), {
    name: 'image.png',
    limitMegapixels: Infinity,
  });
  return { data: Float32Array.from(data, (value) => value / 255), height, width, channels: image.channels };
}

/** round(255·v) of v clamped to [0, 1]; NaN becomes 0. */
function toEightBit(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}

async function encode(picture: Picture, size?: { width: number; height: number }): Promise<Uint8Array> {
  const { data, height, width, channels } = picture;
  const sharp = await loadSharp();
  let pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (size !== undefined && (size.width !== width || size.height !== height))
    pipeline = pipeline.resize(size.width, size.height, { fit: 'fill' });
  return plain(
    await pipeline
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .png()
      .toBuffer(),
  );
}

/** Not a Node Buffer: the bytes travel between processes and to pages. */
export function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
