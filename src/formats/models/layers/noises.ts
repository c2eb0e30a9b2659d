import { arrayAt, isJsonArray, numberAt } from '../../json/json';
import { only, type LayerReader, type LayerScope } from './scope';
import type { LayerNoise } from './training';
import { axisIn, inOrder, valueIn, type LayerValue } from './value';
import { isChannelsFirst } from './window';

/** Layers that do something only while a network is trained, and of them those that are known to do nothing even then. */
const TRAINING_ONLY: ReadonlySet<string> = new Set([
  ...['Identity', 'Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'AlphaDropout'],
  ...['GaussianNoise', 'GaussianDropout', 'ActivityRegularization'],
  ...['RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation', 'RandomContrast', 'RandomBrightness'],
  ...['RandomHeight', 'RandomWidth', 'RandomHue', 'RandomSaturation', 'RandomSharpness', 'RandomShear'],
  ...['RandomPosterization', 'RandomColorDegeneration', 'RandomColorJitter', 'RandomErasing', 'RandomGaussianBlur'],
  ...['RandomGrayscale', 'RandomInvert', 'RandomPerspective', 'RandomElasticTransform', 'RandAugment'],
  ...['AugMix', 'CutMix', 'MixUp'],
]);

export function isTrainingOnly(className: string): boolean {
  return TRAINING_ONLY.has(className);
}

/** The input itself; in a network that is read to be trained, with a mark where noise comes in. */
export const trainingLayer: LayerReader = (scope, inputs) => {
  const x = only(inputs);
  const { training, builder } = scope;
  if (training === undefined || scope.className === 'Identity') return x;
  const noise = noiseOf(scope, x);
  if (noise === undefined) return x;
  const seed = training.noises.push(noise) - 1;
  return valueIn(x.native, builder, builder.add('Dropout', [inOrder(x)], { seed }));
};

/** Undefined: none, its rate is 0. Throws for layers whose part in training is not known. */
function noiseOf({ className, config, builder }: LayerScope, x: LayerValue): LayerNoise | undefined {
  const own = builder.shape(inOrder(x));
  const share = (): number => {
    const rate = numberAt(config, 'rate') ?? 0;
    if (!(rate >= 0 && rate < 1)) throw new Error(`its rate of ${rate} leaves nothing`);
    return rate;
  };
  switch (className) {
    case 'Dropout': {
      const given = arrayAt(config, 'noise_shape');
      if (isJsonArray(given)) throw new Error('it cannot be trained: its draws have a shape of their own');
      return share() === 0 ? undefined : { kind: 'dropout', rate: share(), shape: own };
    }
    case 'SpatialDropout1D':
    case 'SpatialDropout2D': {
      const channels = axisIn(x.native, isChannelsFirst({ config }) ? 1 : -1, own.length);
      const shape = own.map((size, axis) => (axis === 0 || axis === channels ? size : 1));
      return share() === 0 ? undefined : { kind: 'dropout', rate: share(), shape };
    }
    case 'GaussianDropout':
      return share() === 0 ? undefined : { kind: 'gaussian-dropout', rate: share(), shape: own };
    case 'GaussianNoise': {
      const deviation = numberAt(config, 'stddev') ?? 0;
      return deviation === 0 ? undefined : { kind: 'gaussian-noise', rate: deviation, shape: own };
    }
    default:
      throw new Error('how it takes part in training is not known');
  }
}
