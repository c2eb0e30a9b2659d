/** Pixel space: float32 in [0, 1], height × width × channels, grey (1) or RGB (3), at the model's own resolution. */
export interface PixelImage {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** `count` images of one shape, laid out count × height × width × channels. */
export interface ImageBatch {
  readonly data: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** A signed map of the model's input shape, height × width × channels: raw, never normalised. */
export interface RawMap {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A decoded picture as displayed (EXIF orientation applied, alpha composited): 8-bit sRGB, height × width × channels. */
export interface Picture {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** A batch that holds `image` alone; shares its memory. */
export function batchOf(image: PixelImage): ImageBatch {
  const { data, height, width, channels } = image;
  return { data, count: 1, height, width, channels };
}
