import type {
  Interpolation,
  ModelReference,
  ModelSpec,
  PreprocessingPreset,
  ResizeMode,
} from '../../core/model/modelInfo';
import type { Reader } from '../../protocol/read';
import { array, choice, firstOf, number, object, string } from '../../protocol/read';

/** An entry of the setting `gradientLens.models`. */
export interface ModelSetting {
  readonly path: string;
  readonly name?: string;
  /** Path of a file with one class name a line. */
  readonly labels?: string;
  /** A description, or the path of one (`lens.json`). */
  readonly spec?: ModelSpec | string;
}

const path = string(4096);
const name = string(200);
const colors: readonly ('rgb' | 'bgr' | 'grayscale')[] = ['rgb', 'bgr', 'grayscale'];
const presets: readonly PreprocessingPreset[] = ['unit', 'signed', 'byte', 'torchvision', 'caffe'];
const resizes: readonly ResizeMode[] = ['stretch', 'center-crop', 'pad'];
const interpolations: readonly Interpolation[] = ['bilinear', 'nearest', 'area'];

const range: Reader<readonly [number, number]> = (value) => {
  const [low, high, ...more] = array(number(), 2)(value);
  if (low === undefined || high === undefined || more.length > 0) throw new TypeError('Not two numbers');
  return [low, high];
};

const spec: Reader<ModelSpec> = object(
  {},
  {
    name,
    classes: array(name),
    labels: path,
    output: name,
    input: object(
      {},
      {
        height: number(1),
        width: number(1),
        color: choice(colors),
        range,
        mean: array(number(), 3),
        std: array(number(), 3),
        preset: choice(presets),
        resize: choice(resizes),
        interpolation: choice(interpolations),
      },
    ),
  },
);

export const modelSetting: Reader<ModelSetting> = object({ path }, { name, labels: path, spec: firstOf(path, spec) });

/** What the engine needs to load the model of `setting`; `resolve` makes a path absolute. */
export function modelReference(setting: ModelSetting, resolve: (path: string) => string): ModelReference {
  const { labels, spec: description } = setting;
  return {
    path: resolve(setting.path),
    ...(setting.name === undefined ? {} : { name: setting.name }),
    ...(labels === undefined ? {} : { labelsPath: resolve(labels) }),
    ...(description === undefined
      ? {}
      : typeof description === 'string'
        ? { specPath: resolve(description) }
        : { spec: description }),
  };
}
