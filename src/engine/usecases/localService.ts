import { attackMethods } from '../../core/attack/registry';
import { checkpointMethods, listedMethods } from '../../core/attribution/registry';
import { describeMethod } from '../../core/method/method';
import { metrics } from '../../core/metric/registry';
import { findCheckpoints } from '../../training/integrate/findCheckpoints';
import { encodeNpy } from '../../formats/npy/npy';
import { encodePng } from '../../formats/pictures/png';
import { attack } from './attack';
import { attribute } from './attribute';
import { attributeOverCheckpoints } from './attributeOverCheckpoints';
import { callMemory } from './callMemory';
import { evaluate } from './evaluate';
import { createImageCache, thumbnail } from './images';
import { checkModel } from './checkModel';
import type { ModelCacheLimits } from './models';
import { createModelCache } from './models';
import { overlayPng } from './overlay';
import { predict } from './predict';
import { tryPresets } from './tryPresets';
import type { EngineService } from '../calls/table';

export interface ServiceOptions {
  /** How many models, and how many bytes of weights, are kept loaded. */
  readonly modelLimits?: ModelCacheLimits;
  /** Bytes that the images of one call of a model may take; absent: what suits the process. */
  readonly memory?: number;
}

/** The service in this process. */
export function createService({ modelLimits, memory = callMemory() }: ServiceOptions = {}): EngineService {
  const models = createModelCache(modelLimits);
  const caches = { models, images: createImageCache(), memory };
  return {
    methods: async () => ({
      attribution: listedMethods().map((method) => describeMethod(method)),
      attack: attackMethods.map((method) => describeMethod(method)),
      metric: metrics.map((metric) => describeMethod(metric)),
    }),
    modelInfo: (request, job) => models.use(request, job, async ({ classifier }) => classifier.info),
    checkModel: async (request, job) => checkModel(caches, request, job),
    predict: async (request, job) => predict(caches, request, job),
    tryPresets: async (request, job) => tryPresets(caches, request, job),
    attribute: async (request, job) => {
      const method = checkpointMethods.find(({ id }) => id === request.method);
      return method === undefined
        ? attribute(caches, request, job)
        : attributeOverCheckpoints(caches, method, request, job);
    },
    evaluate: async (request, job) => evaluate(caches, request, job),
    checkpoints: async ({ folder }) => (await findCheckpoints(folder)).paths,
    attack: async (request, job) => attack(caches, request, job),
    encode: async ({ image, format }) =>
      format === 'png' ? encodePng(image) : encodeNpy(image.data, [image.height, image.width, image.channels]),
    thumbnail,
    renderOverlay: overlayPng,
    forgetModel: (path) => models.forget(path),
    dispose: () => models.dispose(),
  };
}
