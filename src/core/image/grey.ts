import type { Picture } from './pixels';

/**
 * The picture in grey by ITU-R BT.601 luma, round(0.299·R + 0.587·G + 0.114·B), in Pillow's 16-bit fixed point so that it is
 * equal to its mode "L"; H×W×1. Shares the memory of a picture that is grey.
 */
export function toGrey(picture: Picture): Picture {
  if (picture.channels === 1) return picture;
  const { data: rgb, height, width } = picture;
  const data = new Uint8Array(height * width);
  for (let i = 0; i < data.length; i++)
    data[i] = (rgb[3 * i]! * 19595 + rgb[3 * i + 1]! * 38470 + rgb[3 * i + 2]! * 7471 + 32768) >> 16;
  return { data, height, width, channels: 1 };
}
