import { isExact } from './defaultView';
import type { MapView } from './view';

const CHANNELS: Readonly<Record<MapView['reduce'], string>> = {
  sum: 'channels summed',
  'absolute-sum': 'magnitudes of the channels summed',
  'absolute-maximum': 'largest magnitude of the channels',
  red: 'red channel',
  green: 'green channel',
  blue: 'blue channel',
};

const UNDER: Readonly<Record<MapView['under'], string>> = {
  picture: 'over the picture',
  gray: 'over the picture in grey',
  'dim-gray': 'over the picture in dark grey',
};

/**
 * How a map of `channels` channels was looked at, as a figure's caption has it: "magnitudes of the channels summed, smoothed by 2 %
 * of the side, 50th to 99.5th percentile, over the picture in dark grey".
 */
export function viewWords(view: MapView, channels: number): string {
  const { reduce, sign, smoothing, floorPercent, clipPercent, form, topPercent, contour } = view;
  const words = [
    ...(isExact(view) ? ['exact pixels'] : []),
    ...(channels > 1 ? [CHANNELS[reduce]] : []),
    ...(sign === 'all' ? [] : [sign === 'absolute' ? 'magnitudes' : `${sign} values`]),
    ...(smoothing > 0 ? [`smoothed by ${percent(smoothing * 100)} of the side`] : []),
    ...(floorPercent > 0
      ? [`${ordinal(floorPercent)} to ${ordinal(100 - clipPercent)} percentile`]
      : clipPercent > 0
        ? [`largest ${percent(clipPercent)} clipped`]
        : []),
    form === 'mask' ? `lit where the largest ${percent(topPercent)} are` : UNDER[view.under],
    ...(contour ? [`a line around the largest ${percent(topPercent)}`] : []),
  ];
  return words.join(', ');
}

function percent(value: number): string {
  return `${rounded(value)}\u00a0%`;
}

function ordinal(value: number): string {
  return `${rounded(value)}th`;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(2)));
}
