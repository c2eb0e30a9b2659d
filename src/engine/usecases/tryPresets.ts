import { UserError } from '../../core/errors';
import { PREPROCESSING_PRESETS, type PreprocessingPreset } from '../../core/image/inputChoices';
import type { PixelImage } from '../../core/image/pixels';
import type { Classifier } from '../../core/model/classifier';
import { rankClasses } from '../../core/result/classes';
import type { Job, PresetPicture, PresetTrial, TryPresetsRequest } from '../calls/service';
import type { RunCaches } from './run';

/** Classes that are told of each picture. */
const SHOWN = 3;

/**
 * What the model says of pictures as it is described now and under each common preset that fits its channels, each with whether the
 * class stays when the picture is flipped left to right: under the wrong scaling it often does not. Throws what loading the model and
 * decoding the pictures throw.
 */
export async function tryPresets(
  caches: RunCaches,
  { images, model, ...request }: TryPresetsRequest,
  job: Job | undefined,
): Promise<readonly PresetTrial[]> {
  const trial = (preset: PreprocessingPreset | undefined): Promise<PresetTrial> =>
    caches.models.use({ ...request, model: { ...model, ...(preset && { preset }) } }, job, async ({ classifier }) => {
      const pictures: PresetPicture[] = [];
      for (const image of images) {
        const { facts, input } = await caches.images.prepare(image, classifier.info.input);
        pictures.push({ name: facts.name, ...(await lookAt(classifier, input)) });
      }
      const { range, mean, std, color, source } = classifier.info.input;
      return { ...(preset && { preset }), input: { range, mean, std, color, source }, pictures };
    });
  const trials = [await trial(undefined)];
  for (const preset of PREPROCESSING_PRESETS) {
    job?.signal?.throwIfAborted();
    try {
      trials.push(await trial(preset));
    } catch (error) {
      // Statistics of three colours do not fit a grey model.
      if (!(error instanceof UserError) || error.code !== 'model-spec') throw error;
    }
  }
  return trials;
}

async function lookAt(classifier: Classifier, image: PixelImage): Promise<Omit<PresetPicture, 'name'>> {
  const { height, width, channels } = image;
  const data = new Float32Array(2 * image.data.length);
  data.set(image.data);
  data.set(flipped(image), image.data.length);
  const scores = await classifier.predict({ data, count: 2, height, width, channels });
  const [own, other] = [0, 1].map((at) => rankClasses(scores, at, classifier.info.classes));
  return { classes: own!.slice(0, SHOWN), isStable: own![0]!.index === other![0]!.index };
}

function flipped({ data, height, width, channels }: PixelImage): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++)
        result[(row * width + column) * channels + channel] =
          data[(row * width + width - 1 - column) * channels + channel]!;
  return result;
}
