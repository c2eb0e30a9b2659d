import { decodePicture, openPicture } from '../../formats/pictures/decode';
import { fitPicture } from '../../core/image/fit';
import { sha256 } from './imageHash';
import { imageFromNpy } from '../../formats/npy/npyImage';
import type { Picture, PixelImage } from '../../core/image/pixels';
import { encodePreview } from '../../formats/pictures/png';
import { arrayWarnings } from '../../core/image/usedRange';
import { holdingThread } from '../../runtime/interrupts';
import { type ModelInput, pictureInput } from '../../core/model/modelInfo';
import type { ImageFacts, PictureDecoding, PixelMapping } from '../../core/result/record';
import { imageFileState, imageName, readImageBytes } from './readImageFile';
import type { ImageReference, PicturePreview } from '../calls/service';
import { PREVIEW_PIXELS, THUMBNAIL_PIXELS } from '../calls/service';

/** An image as the model sees it and as a person does. */
export interface PreparedImage {
  readonly facts: ImageFacts;
  readonly input: PixelImage;
  readonly picture: PicturePreview;
  /** Whole sentences that name the image; they stand with every result of it. */
  readonly warnings: readonly string[];
}

/** Prepared images, kept so that a slider decodes nothing again. */
export interface ImageCache {
  /** The image at the resolution of `input`. Throws `UserError` for files that are no images, too large, or of the wrong shape. */
  prepare(reference: ImageReference, input: ModelInput): Promise<PreparedImage>;
}

const CAPACITY = 8;

export function createImageCache(): ImageCache {
  /** Least recently used first. */
  const kept = new Map<string, PreparedImage>();
  return {
    async prepare(reference, input) {
      const state = await imageFileState(reference);
      const bytes = state === undefined ? await readImageBytes(reference) : undefined;
      const identity = state ?? `${reference.path} ${sha256(bytes!)}`;
      const key = JSON.stringify([identity, reference.limitMegapixels, fitOf(input)]);
      const prepared = kept.get(key) ?? (await holdingThread(() => prepareImage(reference, input, bytes)));
      kept.delete(key);
      kept.set(key, prepared);
      for (const oldest of [...kept.keys()].slice(0, -CAPACITY)) kept.delete(oldest);
      return prepared;
    },
  };
}

/** What of a model's input says how a picture is brought to it. */
function fitOf({ height, width, channels, resize, interpolation, ...rest }: ModelInput): unknown {
  const { resizeTo, antialias, rounded, cropOffset, padColor } = rest;
  return [height, width, channels, resize, interpolation, { resizeTo, antialias, rounded, cropOffset, padColor }];
}

/** A small PNG of a picture file. Throws `UserError` for files that are no pictures or too large. */
export async function thumbnail(reference: ImageReference): Promise<Uint8Array> {
  await imageFileState(reference);
  const { limitMegapixels } = reference;
  const options = { name: imageName(reference), ...(limitMegapixels === undefined ? {} : { limitMegapixels }) };
  const picture = await decodePicture(await readImageBytes(reference), options);
  return (await encodePreview(picture, THUMBNAIL_PIXELS)).png;
}

async function prepareImage(
  reference: ImageReference,
  modelInput: ModelInput,
  given: Uint8Array | undefined,
): Promise<PreparedImage> {
  const bytes = given ?? (await readImageBytes(reference));
  const name = imageName(reference);
  const { picture, input, mapping, decoding, warnings } = /\.npy$/i.test(name)
    ? readPixels(bytes, name, modelInput)
    : await readPicture(bytes, name, reference.limitMegapixels, modelInput);
  const preview = await encodePreview(picture, PREVIEW_PIXELS);
  return {
    facts: {
      name,
      path: reference.path,
      hash: sha256(bytes),
      width: picture.width,
      height: picture.height,
      mapping,
      ...(decoding && { decoding }),
    },
    input,
    picture: preview,
    warnings,
  };
}

interface Decoded {
  readonly picture: Picture;
  readonly input: PixelImage;
  readonly mapping: PixelMapping;
  readonly decoding?: PictureDecoding;
  readonly warnings: readonly string[];
}

async function readPicture(
  bytes: Uint8Array,
  name: string,
  limitMegapixels: number | undefined,
  modelInput: ModelInput,
): Promise<Decoded> {
  const { picture, decoding, warnings } = await openPicture(bytes, {
    name,
    ...(limitMegapixels === undefined ? {} : { limitMegapixels }),
  });
  const { image, mapping } = fitPicture(picture, pictureInput(modelInput));
  return { picture, input: image, mapping, decoding, warnings };
}

/** Pixels as the model gets them; the picture is what they look like in 8 bits. */
function readPixels(bytes: Uint8Array, name: string, modelInput: ModelInput): Decoded {
  const input = imageFromNpy(bytes, name, modelInput);
  const picture = { ...input, data: Uint8Array.from(input.data, (value) => Math.round(value * 255)) };
  const warnings = arrayWarnings(input, name);
  return { picture, input, mapping: { x: 0, y: 0, scaleX: 1, scaleY: 1 }, warnings };
}
