import type { PicturePreview } from '../../src/engine/calls/service';
import type { RgbaImage } from '../../src/core/render/map';

/** Decodes the preview of a picture; rejects bytes that are no image. */
export async function decodePreview(picture: PicturePreview): Promise<RgbaImage> {
  // A copy, because a Blob takes no view of a shared buffer.
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(picture.png)], { type: 'image/png' }), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  try {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This page has no 2D canvas.');
    context.drawImage(bitmap, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { rgba: new Uint8ClampedArray(data), width, height };
  } finally {
    bitmap.close();
  }
}
