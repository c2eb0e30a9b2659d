import type { Contender } from '../contender';
import type { AnyTask } from '../taskNames';
import type { Side } from './turns';

/** A model, or the training, that both checkouts are measured with. */
export interface Subject {
  readonly name: string;
  /** Rows, in their order. */
  readonly tasks: readonly AnyTask[];
  /** The task that is run at once after a start; its time and the loading's make the first gradient. */
  readonly first?: AnyTask;
  readonly start: (side: Side) => Promise<Contender>;
}
