import { check } from '../../core/schema/check';
import type { DatasetRequest } from './dataset';
import { fullDatasetRequest } from './dataset';

const DEFAULT_TEST_SHARE = 0.2;
const DEFAULT_CACHE_BYTES = 1024 ** 3;

/** What a request asks for once its defaults are filled in. */
export interface CheckedRequest extends Omit<DatasetRequest, 'height' | 'width'> {
  readonly size?: { readonly height: number; readonly width: number };
  readonly resize: NonNullable<DatasetRequest['resize']>;
  readonly testShare: number;
  readonly seed: number;
  readonly cacheBytes: number;
  readonly followLinks: boolean;
}

/** The request with its defaults. Throws `UserError('parameter')` for values that are not possible. */
export function checkRequest(request: DatasetRequest): CheckedRequest {
  check(fullDatasetRequest, request);
  const { height, width, ...rest } = request;
  const { testShare = DEFAULT_TEST_SHARE, seed = 0, cacheBytes = DEFAULT_CACHE_BYTES } = rest;
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
