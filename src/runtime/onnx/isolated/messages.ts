import type { Tensor } from '../../../core/graph/tensor';

/** What the process of a model is asked, one request at a time; the model itself comes on its standard input. */
export type IsolatedRequest =
  { readonly load: { readonly threads: number } } | { readonly run: Readonly<Record<string, Tensor>> };

export type IsolatedAnswer =
  { readonly results: Readonly<Record<string, Float32Array>> } | { readonly failure: string };

/** How the process is started: environment variable with JSON of {@link MemoryWatch}. */
export const WATCH_VARIABLE = 'GRADIENT_LENS_MEMORY_WATCH';

export interface MemoryWatch {
  /** Bytes that the process may have in memory. */
  readonly limit: number;
  /** The process that it works for. */
  readonly parent: number;
}

/** The last words of a process that took more. */
export const OUT_OF_MEMORY = 'gradient-lens: the model took more memory than it may';
