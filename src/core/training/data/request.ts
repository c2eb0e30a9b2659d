import { UserError } from '../../errors';
import type { DatasetRequest } from './dataset';
import { LARGEST_SIDE } from './source';

const DEFAULT_TEST_SHARE = 0.2;
const DEFAULT_CACHE_BYTES = 1024 ** 3;

/** What a request asks for once its defaults are filled in. */
export interface CheckedRequest extends Omit<DatasetRequest, 'height' | 'width'> {
  readonly size?: { readonly height: number; readonly width: number };
  readonly resize: 'stretch' | 'center-crop' | 'pad';
  readonly testShare: number;
  readonly seed: number;
  readonly cacheBytes: number;
  readonly followLinks: boolean;
}

/** The request with its defaults. Throws `UserError('parameter')` for values that are not possible. */
export function checkRequest(request: DatasetRequest): CheckedRequest {
  const { height, width, ...rest } = request;
  const { limit, testShare = DEFAULT_TEST_SHARE, seed = 0, cacheBytes = DEFAULT_CACHE_BYTES } = rest;
  for (const side of [height, width])
    if (side !== undefined && !(Number.isInteger(side) && side >= 1 && side <= LARGEST_SIDE))
      throw wrong(`The size of the images is given as ${side} pixels.`, `Use whole numbers from 1 to ${LARGEST_SIDE}.`);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
    throw wrong(`The number of images is limited to ${limit}.`, 'Use a whole number from 1 on.');
  if (!(testShare > 0 && testShare < 1))
    throw wrong(`The share held out for testing is given as ${testShare}.`, 'Use a number between 0 and 1.');
  if (!(cacheBytes >= 0)) throw wrong(`The size of the cache is given as ${cacheBytes} bytes.`, 'Use 0 or more.');
  const oneSide = height ?? width;
  return {
    ...rest,
    ...(oneSide !== undefined && { size: { height: height ?? oneSide, width: width ?? oneSide } }),
    resize: rest.resize ?? 'stretch',
    testShare,
    seed,
    cacheBytes,
    followLinks: rest.followLinks ?? false,
  };
}

function wrong(what: string, hint: string): UserError {
  return new UserError('parameter', what, hint);
}
