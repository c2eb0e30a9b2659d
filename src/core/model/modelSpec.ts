import { choice, described, either, flag, filledList, filledText, object, possible, such } from '../schema/kinds';
import { finite, number, whole } from '../schema/numbers';
import type { Of } from '../schema/schema';
import {
  CROP_OFFSETS,
  INPUT_COLORS,
  INPUT_LAYOUTS,
  INTERPOLATIONS,
  PREPROCESSING_PRESETS,
  RESIZE_MODES,
} from '../image/inputChoices';
import { MODEL_LIMITS } from './limits';

const NAMES = 'a list of class names such as ["cat", "dog"]';
const TWO = 'a list of 2 numbers';
const EACH = 'a list of 1 or 3 numbers';

const side = whole(1, MODEL_LIMITS.inputSide, 'pixels');
const several = such(filledList(finite(EACH), EACH, 1, 3), ({ length }) => length !== 2, EACH);
/** One number for all channels, or one each. */
const perChannel = either(finite(EACH), several, EACH);
const range = such(
  filledList(finite(TWO), TWO, 2, 2),
  ([low, high]) => low !== high,
  'two different numbers such as [-1, 1]',
);
const deviation = such(perChannel, (value) => [value].flat().every((each) => each > 0), 'numbers above 0');

const TWO_SIDES = 'a number of pixels, or [height, width]';
const sides = either(side, filledList(side, TWO_SIDES, 2, 2), TWO_SIDES);
const BYTES = 'a number from 0 to 255, or 3 of them';
const byte = whole(0, 255);
const color = either(byte, filledList(byte, BYTES, 3, 3), BYTES);

/** The user's description of a model (`<model>.lens.json` or `lens.json` beside it, or a `gradientLens.models` entry). */
export const modelSpec = object(
  {
    name: possible(described(filledText('a text'), 'Name of the model, for people.')),
    classes: possible(
      described(filledList(filledText(NAMES, 0), NAMES), 'Names of the classes in the order of the model’s scores.'),
    ),
    labels: possible(described(filledText('a text'), 'Path of a labels file, one name a line, relative to this file.')),
    output: possible(
      described(filledText('a text'), 'Name of the output that holds the scores, for models that have several.'),
    ),
    input: possible(
      described(
        object(
          {
            height: possible(described(side, 'Height of the model’s input in pixels.')),
            width: possible(described(side, 'Width of the model’s input in pixels.')),
            color: possible(described(choice(INPUT_COLORS), 'Order of the colour channels, or grey.')),
            layout: possible(
              described(
                choice(INPUT_LAYOUTS),
                'Where the channels lie in the model’s input, for models whose operations do not tell.',
              ),
            ),
            range: possible(
              described(range, 'Values that black and white are scaled to before mean and standard deviation.'),
            ),
            rescale: possible(
              described(
                number(0, 1e6, 'openBelow'),
                'What bytes 0…255 are multiplied by before mean and deviation, such as 0.00392156862745098; "range" says the same.',
              ),
            ),
            mean: possible(described(perChannel, 'Subtracted after scaling, one number or one a channel.')),
            std: possible(
              described(deviation, 'Divided by after the mean was subtracted, one number or one a channel.'),
            ),
            preset: possible(
              described(
                choice(PREPROCESSING_PRESETS),
                'Scaling by its usual name: unit 0…1, signed −1…1, byte 0…255, torchvision ImageNet’s mean and deviation, caffe ImageNet’s mean in BGR.',
              ),
            ),
            resize: possible(described(choice(RESIZE_MODES), 'How a picture is brought to the size of the input.')),
            interpolation: possible(described(choice(INTERPOLATIONS), 'How pixels are resampled.')),
            resizeTo: possible(
              described(
                sides,
                'Size before the crop: pixels of the shorter side (with "pad": of the longer one), or [height, width].',
              ),
            ),
            cropFraction: possible(
              described(
                number(0, 1, 'openBelow'),
                'The same as a fraction (timm’s crop_pct): the picture is resized to the input’s size divided by it, rounded down.',
              ),
            ),
            antialias: possible(
              described(flag, 'false: pixels are left out when shrinking, as TensorFlow’s tf.image.resize does.'),
            ),
            rounded: possible(
              described(flag, 'true: resampled pixels are rounded to 8 bits, as Pillow does for PyTorch’s pipelines.'),
            ),
            cropOffset: possible(
              described(
                choice(CROP_OFFSETS),
                'Where a crop begins: rounded (torchvision) or rounded down (TensorFlow).',
              ),
            ),
            padColor: possible(described(color, 'Bytes around a padded picture, one number or red, green and blue.')),
          },
          'an object such as { "preset": "unit" }',
        ),
        'How pictures become what the model takes.',
      ),
    ),
  },
  'an object such as { "classes": ["cat", "dog"] }',
);

/** Keys of a specification that say something to a person only. */
export const COMMENT_KEYS = /^(\$.*|x-.*|comment|description|license|source|accuracy|version)$/;

type Written = Of<typeof modelSpec>;
export type WrittenInput = NonNullable<Written['input']>;

/** The same as the program uses it: lists where one number may stand. */
export type ModelSpec = Omit<Written, 'input'> & {
  readonly input?: Omit<WrittenInput, 'range' | 'rescale' | 'mean' | 'std' | 'resizeTo' | 'padColor'> & {
    readonly range?: readonly [number, number];
    readonly mean?: readonly number[];
    readonly std?: readonly number[];
    readonly resizeTo?: number | readonly [number, number];
    readonly padColor?: readonly number[];
  };
};
