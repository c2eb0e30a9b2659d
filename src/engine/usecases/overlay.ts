import { decodePicture } from '../../formats/pictures/decode';
import type { Picture } from '../../core/image/pixels';
import { encodeRgbaPng } from '../../formats/pictures/png';
import type { RgbaImage } from '../../core/render/map';
import { onGrid } from '../../core/render/onGrid';
import { renderOverlay, scaleMapping } from '../../core/render/overlay';
import type { OverlayRequest } from '../calls/service';

/** PNG of the map over the picture, at the resolution of the picture's preview; a coarser map is enlarged first. */
export async function overlayPng({ map, picture, image, view, grid = map }: OverlayRequest): Promise<Uint8Array> {
  const preview = rgbaOf(await decodePicture(picture.png, { name: image.name }));
  const { rgba, width, height } = renderOverlay(
    preview,
    onGrid(map, grid),
    scaleMapping(image.mapping, image, preview),
    view,
  );
  return encodeRgbaPng(rgba, width, height);
}

function rgbaOf({ data, width, height, channels }: Picture): RgbaImage {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      rgba[4 * pixel + channel] = data[channels * pixel + (channels === 1 ? 0 : channel)]!;
    rgba[4 * pixel + 3] = 255;
  }
  return { rgba, width, height };
}
