/** The source of preprocessing that nobody told. */
export const ASSUMED = 'assumed';

/** How a picture can be brought to the model's size and values. */
export const INPUT_COLORS = ['rgb', 'bgr', 'grayscale'] as const;
export const PREPROCESSING_PRESETS = ['unit', 'signed', 'byte', 'torchvision', 'caffe'] as const;
export const RESIZE_MODES = ['stretch', 'center-crop', 'pad'] as const;
export const INTERPOLATIONS = ['bilinear', 'nearest', 'area', 'bicubic', 'lanczos', 'box', 'hamming'] as const;

export const INPUT_LAYOUTS = ['channels-last', 'channels-first'] as const;

/** Where a crop of an odd rest begins: rounded half to even (torchvision), or down (TensorFlow, Hugging Face's own arrays). */
export const CROP_OFFSETS = ['round', 'floor'] as const;

export type CropOffset = (typeof CROP_OFFSETS)[number];
export type InputColor = (typeof INPUT_COLORS)[number];
export type PreprocessingPreset = (typeof PREPROCESSING_PRESETS)[number];

export function isPreset(value: unknown): value is PreprocessingPreset {
  return PREPROCESSING_PRESETS.some((preset) => preset === value);
}

export type ResizeMode = (typeof RESIZE_MODES)[number];
export type Interpolation = (typeof INTERPOLATIONS)[number];

/** The steps of resizing that most pipelines leave at their default; absent is that default. */
export interface ResizeDetails {
  /** Pixels of the shorter side before the crop (with `pad`: of the longer one), or [height, width]; absent: the input's own size. */
  readonly resizeTo?: number | readonly [number, number];
  /** False: as TensorFlow's tf.image.resize, each pixel from its nearest neighbours however much the picture shrinks. */
  readonly antialias?: false;
  /** Pixels are rounded to 8 bits after each pass, columns first, bit for bit as Pillow. */
  readonly rounded?: true;
  readonly cropOffset?: CropOffset;
  /** What surrounds a padded picture, bytes: one number or one each of red, green and blue; absent: black. */
  readonly padColor?: readonly number[];
}
