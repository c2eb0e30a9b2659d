import type { JsonObject } from '../../json/json';
import { flagAt, numberAt, objectAt, stringAt, valueAt } from '../../json/json';
import type { Sidecar } from './sidecar';
import { channelsAt, namesAt, PILLOW_FILTERS, sideAt, sizeAt } from './values';

type Input = NonNullable<Sidecar['input']>;
type Size = NonNullable<Sidecar['size']>;

/**
 * What `preprocessor_config.json` of Hugging Face's transformers says, as its image processors of classifiers compute: resize (PIL, 8
 * bits), centre crop, rescale, normalise, flip channels. ConvNeXT resizes to size / crop_pct and crops where the size is below 384;
 * EfficientNet with `include_top` divides by the deviation a second time. What is not done is said.
 */
export function huggingFaceProcessor(json: JsonObject): Sidecar {
  const source = 'preprocessor_config.json';
  const type = stringAt(json, 'image_processor_type') ?? stringAt(json, 'feature_extractor_type') ?? '';
  const { size, ...resizing } = resizingOf(json, type);
  const unknown = ['do_pad', 'do_thumbnail', 'do_align_long_axis', 'do_color_quantize'].filter((key) =>
    flagAt(json, key, false),
  );
  return {
    source,
    input: { ...scalingOf(json, type), ...resizing },
    ...(size && { size }),
    warnings: unknown.map((key) => `${source} says “${key}”, which is not done: predictions may differ.`),
  };
}

/** Class names of `config.json`: `id2label`, else `label2id`. */
export function huggingFaceNames(json: JsonObject): Sidecar {
  const source = 'config.json';
  const labels = namesAt(json, 'id2label', source) ?? namesAt(json, 'label2id', source);
  return { source, ...(labels && { labels }) };
}

function scalingOf(json: JsonObject, type: string): Input {
  const factor = flagAt(json, 'do_rescale', true) ? (numberAt(json, 'rescale_factor') ?? 1 / 255) : 1;
  const offset = flagAt(json, 'do_rescale', true) && flagAt(json, 'rescale_offset', false) ? -1 : 0;
  const isNormal = flagAt(json, 'do_normalize', true);
  const mean = (isNormal ? channelsAt(json, 'image_mean') : undefined) ?? [0];
  const once = (isNormal ? channelsAt(json, 'image_std') : undefined) ?? [1];
  // EfficientNetImageProcessor normalises with mean and std, then again with mean 0 and the same std.
  const std = type.startsWith('EfficientNet') && isNormal && flagAt(json, 'include_top', true) ? once.map((value) => value * value) : once; // prettier-ignore
  const isFlipped = flagAt(json, 'do_flip_channel_order', false);
  // The flip comes last, so that the statistics are in the order of RGB.
  const inOrder = (values: readonly number[]): readonly number[] => (isFlipped ? [...values].reverse() : values);
  return {
    range: [offset, 255 * factor + offset],
    mean: inOrder(mean),
    std: inOrder(std),
    ...(isFlipped ? { color: 'bgr' } : {}),
  };
}

function resizingOf(json: JsonObject, type: string): Input & { readonly size?: Size } {
  const crop = flagAt(json, 'do_center_crop', false) ? sizeAt(json, 'crop_size') : undefined;
  const number = numberAt(json, 'resample') ?? 2;
  const common: Input = { interpolation: PILLOW_FILTERS[number] ?? 'bilinear', rounded: true };
  const cropped: Input = { ...common, resize: 'center-crop', cropOffset: type.endsWith('Fast') ? 'round' : 'floor' };
  const shortest = sideAt(objectAt(json, 'size'), 'shortest_edge') ?? (typeof valueAt(json, 'size') === 'number' && crop ? sideAt(json, 'size') : undefined); // prettier-ignore
  const both = sizeAt(json, 'size');
  if (!flagAt(json, 'do_resize', true)) return { ...common, ...(crop && { size: crop }) };
  if (/^ConvNext/i.test(type) && (shortest ?? both) !== undefined) {
    const side = shortest ?? both!.height;
    const size = { height: side, width: side };
    if (side >= 384) return { ...common, resize: 'stretch', size };
    return { ...cropped, resizeTo: Math.floor(side / (numberAt(json, 'crop_pct') ?? 224 / 256)), size };
  }
  if (crop && shortest !== undefined) return { ...cropped, resizeTo: shortest, size: crop };
  if (crop && both) return { ...cropped, resizeTo: [both.height, both.width], size: crop };
  if (shortest !== undefined) return { ...cropped, resizeTo: shortest, size: { height: shortest, width: shortest } };
  return { ...common, resize: 'stretch', ...((both ?? crop) && { size: (both ?? crop)! }) };
}
