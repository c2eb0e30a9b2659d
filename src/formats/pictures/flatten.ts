import type { Picture } from '../../core/image/pixels';

/** A picture without alpha, and what its alpha was. */
export interface Flattened {
  readonly picture: Picture;
  /** Least and largest alpha of a pixel, 0 … 255; absent for pictures that have none. */
  readonly opacity?: Opacity;
}

export interface Opacity {
  readonly least: number;
  readonly most: number;
}

interface Layout {
  readonly height: number;
  readonly width: number;
  /** Samples a pixel. */
  readonly bands: number;
  /** Whether the last band is opacity; bands between it and the colours are left out. */
  readonly hasAlpha: boolean;
}

/**
 * 8-bit grey or RGB composited on a grey level and cut to `channels`; shares the memory of pictures that need neither.
 */
export function flatten(raw: Uint8Array, layout: Layout, channels: 1 | 3, background: number): Flattened {
  const { height, width, bands, hasAlpha } = layout;
  if (bands === channels)
    return { picture: { data: new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength), height, width, channels } };
  const data = new Uint8Array(width * height * channels);
  let least = 255;
  let most = 0;
  for (let from = 0, to = 0; to < data.length; from += bands, to += channels) {
    const alpha = hasAlpha ? raw[from + bands - 1]! : 255;
    if (alpha < least) least = alpha;
    if (alpha > most) most = alpha;
    for (let channel = 0; channel < channels; channel++)
      data[to + channel] = over(raw[from + channel]!, alpha, background);
  }
  return { picture: { data, height, width, channels }, ...(hasAlpha && { opacity: { least, most } }) };
}

/** Rounded to nearest: c·a + background·(1 − a), a = alpha / 255. */
export function over(color: number, alpha: number, background: number): number {
  return alpha === 255 ? color : Math.round((color * alpha + background * (255 - alpha)) / 255);
}
