import type { AttackResult, AttributionResult, JobProgress, MethodCatalog } from '../core/engine/service';
import type { ObjectiveKind } from '../core/model/classifier';

/** What the panel shows: the host owns the truth and sends it whole. */
export type PanelState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'error'; readonly imageName: string; readonly error: PanelError }
  | { readonly kind: 'attribution'; readonly catalog: MethodCatalog; readonly result: AttributionResult }
  | { readonly kind: 'attack'; readonly catalog: MethodCatalog; readonly result: AttackResult };

export interface PanelError {
  readonly message: string;
  readonly hint: string;
}

export type ToPanel =
  | { readonly type: 'state'; readonly state: PanelState }
  /** A request runs; what is shown stays. `progress` absent: started. */
  | { readonly type: 'busy'; readonly title: string; readonly progress?: JobProgress }
  | { readonly type: 'idle' }
  /** A request failed while something else is shown. */
  | { readonly type: 'failed'; readonly error: PanelError };

export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'attribute'; readonly request: PanelAttribute }
  | { readonly type: 'attack'; readonly request: PanelAttack }
  | { readonly type: 'cancel' }
  | { readonly type: 'probe'; readonly probe: Probe | undefined }
  /** `png`: the picture as the page drew it (overlay, figure). */
  | { readonly type: 'export'; readonly format: ExportFormat; readonly png?: Uint8Array }
  | { readonly type: 'command'; readonly command: PanelCommand };

export interface PanelAttribute {
  readonly method: string;
  /** Absent: the predicted class. */
  readonly classIndex?: number;
  readonly objective: ObjectiveKind;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface PanelAttack {
  readonly attack: string;
  /** True label; absent: as the engine finds it. */
  readonly label?: number;
  readonly target?: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** True while a slider moves: no busy state is shown and nothing is stored until it rests. */
  readonly live: boolean;
}

/** One model pixel under the pointer or the keyboard's cursor. */
export interface Probe {
  readonly row: number;
  readonly column: number;
  /** Channels of the input, in [0, 1]. */
  readonly pixel: readonly number[];
  /** Raw map, a channel each; for attacks the perturbation. */
  readonly value: readonly number[];
  /** Rank of the shown (reduced) value by magnitude, 1 = largest, of `count`. */
  readonly rank: number;
  readonly count: number;
}

export type ExportFormat = 'overlay-png' | 'map-npy' | 'record-json' | 'adversarial' | 'figure-png';
export type PanelCommand = 'selectModel' | 'showLog' | 'retry' | 'runAttack' | 'showAttribution';
