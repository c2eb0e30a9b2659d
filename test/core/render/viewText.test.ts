import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors';
import { defaultView, exactView } from '../../../src/core/render/defaultView';
import { viewFrom } from '../../../src/core/render/viewText';
import { viewWords } from '../../../src/core/render/viewWords';

const PHOTO = { width: 224, height: 224 };
const photo = defaultView('diverging', PHOTO);

describe('defaultView', () => {
  it('is exact up to 64 pixels a side, and shows regions above', () => {
    for (const display of ['diverging', 'sequential'] as const) {
      expect(defaultView(display, { width: 64, height: 64 })).toEqual(exactView(display));
      expect(defaultView(display, { width: 65, height: 20 })).toMatchObject({
        reduce: 'absolute-sum',
        smoothing: 0.02,
        floorPercent: 50,
        clipPercent: 0.5,
        under: 'dim-gray',
      });
    }
  });
});

describe('viewFrom', () => {
  it('changes what it names and nothing else', () => {
    expect(viewFrom('smooth=0.05, range=10..99, under=grey', photo, 'diverging')).toEqual({
      ...photo,
      smoothing: 0.05,
      floorPercent: 10,
      clipPercent: 1,
      under: 'gray',
    });
    expect(viewFrom('mask,contour,top=5,fade=false', photo, 'diverging')).toEqual({
      ...photo,
      form: 'mask',
      contour: true,
      topPercent: 5,
      fade: false,
    });
    expect(viewFrom('contour,exact,opacity=1', photo, 'sequential')).toEqual({
      ...exactView('sequential'),
      opacity: 1,
    });
    expect(viewFrom('channels=green,sign=positive,colors=grey', photo, 'diverging')).toEqual({
      ...photo,
      reduce: 'green',
      sign: 'positive',
      colorMap: 'gray',
    });
  });

  it.each([
    ['blur=1', 'A view has no "blur".', /^It has: exact, channels, /],
    ['toString', 'A view has no "toString".', /^It has: /],
    ['smooth=2', '"2" is no value for "smooth" of a view.', /^Use a number from 0 to 0\.2\.$/],
    ['smooth=', '"" is no value for "smooth" of a view.', /^Use a number /],
    ['range=60..40', '"60..40" is no value for "range" of a view.', /as in range=50\.\.99\.5\.$/],
    ['range=-1..40', '"-1..40" is no value for "range" of a view.', /two percentiles/],
    ['under=blue', '"blue" is no value for "under" of a view.', /"picture", "gray", "dim-gray"/],
    ['mask=perhaps', '"perhaps" is no value for "mask" of a view.', /^Use true or false\.$/],
    ['top=0', '"0" is no value for "top" of a view.', /above 0 and below 100/],
  ])('refuses %s', (text, message, hint) => {
    const failure = () => viewFrom(text, photo, 'diverging');
    expect(failure).toThrow(UserError);
    try {
      failure();
    } catch (error) {
      expect((error as UserError).message).toBe(message);
      expect((error as UserError).hint).toMatch(hint);
    }
  });
});

describe('viewWords', () => {
  it('names every step that was taken', () => {
    expect(viewWords(photo, 3)).toBe(
      'magnitudes of the channels summed, smoothed by 2\u00a0% of the side, 50th to 99.5th percentile, over the picture in dark grey',
    );
    expect(viewWords(exactView('diverging'), 1)).toBe('exact pixels, largest 2\u00a0% clipped, over the picture');
    expect(viewWords({ ...exactView('sequential'), sign: 'positive', contour: true }, 3)).toBe(
      'exact pixels, channels summed, positive values, over the picture, a line around the largest 15\u00a0%',
    );
    expect(viewWords({ ...photo, form: 'mask', topPercent: 7.5 }, 1)).toMatch(
      /, lit where the largest 7\.5\u00a0% are$/,
    );
  });
});
