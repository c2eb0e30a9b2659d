import type { EngineId, ModelInfo } from '../model/modelInfo';
import type { ImageFacts } from './record';

/** What was found out about a model by trying it; plain JSON, versioned. */
export interface ModelCheck {
  readonly kind: 'model-check';
  readonly version: typeof MODEL_CHECK_VERSION;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly model: ModelInfo;
  /** The engine that gave a second opinion; absent: none could. */
  readonly secondEngine?: EngineId;
  /** Looked at besides the probe pictures, before them. */
  readonly image?: ImageFacts;
  /** Of that image; absent: none. */
  readonly imageWarnings?: readonly string[];
  /** Of the probe pictures. */
  readonly seed: number;
  /** The worst status among the checks. */
  readonly verdict: Exclude<CheckStatus, 'skipped'>;
  readonly checks: readonly CheckItem[];
  /** Milliseconds. */
  readonly timings: { readonly model: number; readonly compute: number };
}

export const MODEL_CHECK_VERSION = 1;

export type CheckStatus = 'passed' | 'warning' | 'failed' | 'skipped';

/** One check; its order in the report is that of {@link CHECK_TITLES}. */
export interface CheckItem {
  readonly id: CheckId;
  readonly status: CheckStatus;
  /** What was found, and where it is not well what it means. */
  readonly sentence: string;
  /** What was measured; finite numbers only. */
  readonly numbers: Readonly<Record<string, number>>;
}

export const CHECK_TITLES = {
  preprocessing: 'Preprocessing',
  classes: 'Class names',
  operators: 'Operators',
  runs: 'Runs',
  deterministic: 'Repeatable',
  batch: 'Independent of the batch',
  logits: 'Logits',
  gradient: 'Gradient',
  'finite-differences': 'Gradient against differences',
  'second-engine': 'Second engine',
} as const;

export type CheckId = keyof typeof CHECK_TITLES;

/** The worst of the statuses; skipped checks do not count. */
export function verdictOf(checks: readonly CheckItem[]): ModelCheck['verdict'] {
  const found = (status: CheckStatus) => checks.some((check) => check.status === status);
  return found('failed') ? 'failed' : found('warning') ? 'warning' : 'passed';
}
