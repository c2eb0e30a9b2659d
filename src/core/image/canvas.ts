/** A picture that is drawn on: RGBA, height × width × 4, opaque. */
export interface Canvas {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** White everywhere. */
export function createCanvas(width: number, height: number): Canvas {
  return { rgba: new Uint8ClampedArray(width * height * 4).fill(255), width, height };
}

/** Draws `image` into `box` (whole pixels, inside the canvas); each pixel of the box takes the image pixel that its centre lies in. */
export function drawImage(
  canvas: Canvas,
  image: Omit<Canvas, 'rgba'> & { readonly rgba: Uint8ClampedArray },
  box: Box,
): void {
  const source = new Uint32Array(image.rgba.slice().buffer);
  const target = new Uint32Array(canvas.rgba.buffer);
  const columns = Uint32Array.from({ length: box.width }, (_, x) => Math.floor(((x + 0.5) * image.width) / box.width));
  for (let y = 0; y < box.height; y++) {
    const row = Math.floor(((y + 0.5) * image.height) / box.height) * image.width;
    const start = (box.y + y) * canvas.width + box.x;
    for (let x = 0; x < box.width; x++) target[start + x] = source[row + columns[x]!]!;
  }
}
