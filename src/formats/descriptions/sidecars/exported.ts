import type { JsonObject } from '../../json/json';
import { arrayAt, objectAt, stringAt } from '../../json/json';
import type { Sidecar } from './sidecar';
import { namesAt } from './values';

/** Lobe's `signature.json`: names, and pictures that cover the input, bytes divided by 255. */
export function lobeSignature(json: JsonObject): Sidecar | undefined {
  const labels = namesAt(objectAt(json, 'classes'), 'Label', 'signature.json');
  if (labels === undefined) return undefined;
  const shape = arrayAt(objectAt(objectAt(json, 'inputs'), 'Image'), 'shape') ?? [];
  const [height, width] = shape.slice(1, 3);
  const size = typeof height === 'number' && typeof width === 'number' ? { height, width } : undefined;
  return {
    source: 'signature.json',
    input: { range: [0, 1], mean: [0], std: [1], resize: 'center-crop' },
    ...(size && { size }),
    labels,
  };
}

/** Custom Vision's `cvexport.manifest`; its exports take bytes in BGR where nothing else is said. */
export function customVisionManifest(json: JsonObject): Sidecar | undefined {
  if (stringAt(json, 'LabelFileName') === undefined && stringAt(json, 'DomainType') === undefined) return undefined;
  const source = 'cvexport.manifest';
  return {
    source,
    input: { range: [0, 255], mean: [0], std: [1], color: 'bgr' },
    warnings: [
      `${source} does not say how pixels are scaled; 0 to 255 in BGR is assumed, as Custom Vision's exports usually take.`,
    ],
  };
}
