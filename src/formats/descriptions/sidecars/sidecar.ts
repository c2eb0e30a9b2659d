import type { ModelSpec } from '../../../core/model/modelSpec';

type Input = NonNullable<ModelSpec['input']>;

/** What one file beside a model, or the notes in the model's own file, say of it. */
export interface Sidecar {
  /** For people: "preprocessor_config.json". */
  readonly source: string;
  /** How pictures become what the model takes, but for its size. */
  readonly input?: Omit<Input, 'height' | 'width'>;
  /** Sides of the input, for a model that leaves them open. */
  readonly size?: { readonly height: number; readonly width: number };
  readonly labels?: readonly string[];
  /** Whole sentences: what was guessed, and what is not done. */
  readonly warnings?: readonly string[];
}
