import type { ResultRecord } from '../core/result/record';
import type { Probe } from './panel';

/** The side bar's Inspector shows the selected result and the probe of the active panel. */
export type ToInspector =
  | { readonly type: 'record'; readonly record: ResultRecord | undefined }
  | { readonly type: 'probe'; readonly probe: Probe | undefined };

export type FromInspector = { readonly type: 'ready' };
