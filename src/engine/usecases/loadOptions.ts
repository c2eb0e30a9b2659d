import type { LoadOptions } from '../../runtime/loadClassifier';
import type { ModelRequest } from '../calls/service';

/** What a request says of how its model computes, whichever engine is taken. */
export function computingOptions({
  threads,
  tensorflowModule,
}: Pick<ModelRequest, 'threads' | 'tensorflowModule'>): Pick<LoadOptions, 'threads' | 'tensorflowModule'> {
  return {
    ...(threads === undefined ? {} : { threads }),
    ...(tensorflowModule === undefined ? {} : { tensorflowModule }),
  };
}
