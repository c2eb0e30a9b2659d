import { describe, expect, it } from 'vitest';
import { fitPicture, type FitTarget } from '../../../src/core/image/fit';
import type { Picture } from '../../../src/core/image/pixels';
import { noise, readJson } from '../../formats/pictures/shared';

interface PipelineCase {
  readonly library: string;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly target: Omit<FitTarget, 'channels'>;
  readonly expected: readonly number[];
}

const { cases } = readJson('../../golden/pipelines.json') as { cases: readonly PipelineCase[] };

function pictureOf({ width, height, seed }: PipelineCase): Picture {
  return { data: noise(width * height * 3, seed), width, height, channels: 3 };
}

const titled = cases.map((each) => {
  const { resize, interpolation, antialias, resizeTo } = each.target;
  const how = `${resize} ${interpolation}${antialias === false ? ' without antialiasing' : ''}`;
  return { ...each, title: `${how}${resizeTo === undefined ? '' : ` over ${String(resizeTo)}`}, ${each.seed}` };
});

describe('pipelines that a description can state', () => {
  it.each(titled)('$library: $title', (each) => {
    const { image } = fitPicture(pictureOf(each), { ...each.target, channels: 3 });
    const far = each.expected.map((value, at) => Math.abs(image.data[at]! * 255 - value));
    // Pillow's whole numbers exactly, floats to 1e-4 of a byte's range.
    expect(Math.max(...far)).toBeLessThan(each.target.rounded ? 1e-4 : 1e-4 * 255);
    expect(image.data).toHaveLength(each.expected.length);
  });

  it('says where the input lies on the picture, cropped and padded', () => {
    const ramp = (width: number, height: number): Picture => ({
      data: Uint8Array.from({ length: width * height }, (_, at) => at % width),
      width,
      height,
      channels: 1,
    });
    const common = { width: 20, height: 20, channels: 1, interpolation: 'bilinear' } as const;
    for (const target of [
      { ...common, resize: 'center-crop', resizeTo: 26 },
      { ...common, resize: 'center-crop', resizeTo: [25, 31], cropOffset: 'floor' },
      { ...common, resize: 'center-crop', resizeTo: 12 },
      { ...common, resize: 'pad', resizeTo: 17, padColor: [255] },
    ] as const) {
      const { image, mapping } = fitPicture(ramp(120, 80), target);
      const seen = [7, 10, 12].map((column) => image.data[10 * 20 + column]! * 255);
      const lies = [7, 10, 12].map((column) => mapping.x + mapping.scaleX * (column + 0.5) - 0.5);
      seen.forEach((value, at) => expect(Math.abs(value - lies[at]!), JSON.stringify(target)).toBeLessThan(0.3));
    }
  });

  it('surrounds with grey in models of one channel', () => {
    const picture = { data: Uint8Array.of(9), width: 1, height: 1, channels: 1 } as const;
    const { image } = fitPicture(picture, {
      ...{ width: 3, height: 1, channels: 1, resize: 'pad', interpolation: 'nearest', padColor: [114, 114, 114] },
    } as const);
    expect([...image.data].map((value) => Math.round(value * 255))).toEqual([114, 9, 114]);
  });
});
