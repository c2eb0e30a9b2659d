import { INTERPOLATIONS, type Interpolation } from '../../../core/image/inputChoices';
import type { JsonObject } from '../../json/json';
import { arrayAt, numberAt, objectAt, stringAt, valueAt } from '../../json/json';
import type { Sidecar } from './sidecar';
import { channelsAt, namesOf } from './values';

const INCEPTION = [0.5];
const CROP = 0.875;

/**
 * What timm's `config.json` says (`pretrained_cfg`; timm.data.transforms_factory): the picture is resized to floor(size / crop_pct) by
 * its shorter side and cropped (`center`), by both sides (`squash`), or by its longer side and surrounded by the mean (`border`).
 */
export function timmConfig(json: JsonObject): Sidecar | undefined {
  const config = objectAt(json, 'pretrained_cfg');
  if (config === undefined) return undefined;
  const source = 'config.json (timm)';
  const sides = arrayAt(config, 'input_size')?.slice(1);
  const [height, width] = (sides ?? []).filter((side) => typeof side === 'number');
  const size = height !== undefined && width !== undefined ? { height, width } : undefined;
  const mean = channelsAt(config, 'mean') ?? INCEPTION;
  const name = stringAt(config, 'interpolation') ?? 'bilinear';
  const interpolation = INTERPOLATIONS.find((known): known is Interpolation => known === name) ?? 'bilinear';
  const labels = labelsOf(json, config, source);
  return {
    source,
    input: {
      range: [0, 1],
      mean,
      std: channelsAt(config, 'std') ?? INCEPTION,
      interpolation,
      rounded: true,
      ...croppingOf(config, mean, size),
    },
    ...(size && { size }),
    ...(labels && { labels }),
  };
}

function croppingOf(config: JsonObject, mean: readonly number[], size: Sidecar['size']): NonNullable<Sidecar['input']> {
  const fraction = numberAt(config, 'crop_pct') ?? CROP;
  const mode = stringAt(config, 'crop_mode') ?? 'center';
  const scaled = (side: number): number => Math.floor(side / fraction);
  if (size !== undefined && mode === 'squash')
    return { resize: 'center-crop', resizeTo: [scaled(size.height), scaled(size.width)] };
  if (size !== undefined && mode === 'border')
    return {
      resize: 'pad',
      resizeTo: scaled(Math.max(size.height, size.width)),
      padColor: mean.map((value) => Math.min(255, Math.max(0, Math.round(255 * value)))),
    };
  return { resize: 'center-crop', cropFraction: fraction };
}

function labelsOf(json: JsonObject, config: JsonObject, source: string): readonly string[] | undefined {
  const names = valueAt(json, 'label_names') ?? valueAt(config, 'label_names');
  const labels = names === undefined ? undefined : namesOf(names, source);
  const described = objectAt(json, 'label_descriptions') ?? objectAt(config, 'label_descriptions');
  return labels?.map((label) => stringAt(described, label) ?? label);
}
