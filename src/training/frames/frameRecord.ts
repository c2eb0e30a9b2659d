import type { Frame, FrameImage, FrameSize } from './frames';

/** How frames lie in memory and on disk, little-endian: step (uint32), then for each image its facts and its two maps. */
export interface FrameLayout {
  readonly size: FrameSize;
  readonly images: number;
}

/** predicted (uint32), probability, loss, scale of gradient × input, scale of the loss gradient (float32). */
const FACTS_BYTES = 20;
const STEP_BYTES = 4;

export type FrameFacts = Omit<FrameImage, 'gradientXInput' | 'lossGradient'>;

export function frameBytes({ size, images }: FrameLayout): number {
  return STEP_BYTES + images * imageBytes(size);
}

/** Where image `index` begins in a frame, and how many bytes it takes. */
export function imageSpan({ size }: FrameLayout, index: number): { readonly start: number; readonly length: number } {
  return { start: STEP_BYTES + index * imageBytes(size), length: imageBytes(size) };
}

/** The maps of image `index` in `bytes`, to be written into. */
export function frameMaps(
  bytes: Uint8Array,
  layout: FrameLayout,
  index: number,
): { readonly gradientXInput: Uint8Array; readonly lossGradient: Int8Array } {
  const area = layout.size.height * layout.size.width;
  const start = bytes.byteOffset + imageSpan(layout, index).start + FACTS_BYTES;
  return {
    gradientXInput: new Uint8Array(bytes.buffer, start, area),
    lossGradient: new Int8Array(bytes.buffer, start + area, area),
  };
}

export function writeStep(bytes: Uint8Array, step: number): void {
  viewOf(bytes).setUint32(0, step, true);
}

export function readStep(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(0, true);
}

export function writeFacts(bytes: Uint8Array, layout: FrameLayout, index: number, facts: FrameFacts): void {
  const view = viewOf(bytes);
  const { start } = imageSpan(layout, index);
  view.setUint32(start, facts.predicted, true);
  view.setFloat32(start + 4, facts.probability, true);
  view.setFloat32(start + 8, facts.loss, true);
  view.setFloat32(start + 12, facts.gradientXInputScale, true);
  view.setFloat32(start + 16, facts.lossGradientScale, true);
}

/** Facts and maps of one image from its span of a frame; copies. */
export function readImage(span: Uint8Array, { height, width }: FrameSize): FrameImage {
  const view = viewOf(span);
  const area = height * width;
  const maps = span.slice(FACTS_BYTES, FACTS_BYTES + 2 * area);
  return {
    predicted: view.getUint32(0, true),
    probability: view.getFloat32(4, true),
    loss: view.getFloat32(8, true),
    gradientXInput: maps.slice(0, area),
    gradientXInputScale: view.getFloat32(12, true),
    lossGradient: new Int8Array(maps.buffer, area, area).slice(),
    lossGradientScale: view.getFloat32(16, true),
  };
}

/** A whole frame; copies. */
export function readFrame(bytes: Uint8Array, layout: FrameLayout): Frame {
  return {
    step: readStep(bytes),
    images: Array.from({ length: layout.images }, (_, index) => {
      const { start, length } = imageSpan(layout, index);
      return readImage(bytes.subarray(start, start + length), layout.size);
    }),
  };
}

function imageBytes({ height, width }: FrameSize): number {
  return FACTS_BYTES + 2 * height * width;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
