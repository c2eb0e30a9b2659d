/** How a picture can be brought to the model's size and values. */
export const INPUT_COLORS = ['rgb', 'bgr', 'grayscale'] as const;
export const PREPROCESSING_PRESETS = ['unit', 'signed', 'byte', 'torchvision', 'caffe'] as const;
export const RESIZE_MODES = ['stretch', 'center-crop', 'pad'] as const;
export const INTERPOLATIONS = ['bilinear', 'nearest', 'area'] as const;

export const INPUT_LAYOUTS = ['channels-last', 'channels-first'] as const;

export type InputColor = (typeof INPUT_COLORS)[number];
export type PreprocessingPreset = (typeof PREPROCESSING_PRESETS)[number];
export type ResizeMode = (typeof RESIZE_MODES)[number];
export type Interpolation = (typeof INTERPOLATIONS)[number];
