import type { LeftOut } from './data/leftOut';
import { isLeftOutWarning, leftOutWarning } from './data/leftOut';
import type { Ledger } from './ledger';
import type { RunRecord } from './run/record';

export interface LiveRecordParts {
  readonly ledger: Ledger;
  readonly leftOut: LeftOut;
  readonly write: (record: RunRecord) => Promise<void>;
  readonly tell: (record: RunRecord) => void;
}

/** The record of a run while it goes on. */
export class LiveRecord {
  /** When it was written last. */
  written = performance.now();
  readonly #ownWarnings: readonly string[];
  #current: RunRecord;
  #toldLeftOut: number;

  constructor(
    begun: RunRecord,
    private readonly parts: LiveRecordParts,
  ) {
    this.#current = begun;
    this.#ownWarnings = begun.warnings.filter((text) => !isLeftOutWarning(text));
    this.#toldLeftOut = parts.leftOut.count;
  }

  get current(): RunRecord {
    return this.#current;
  }

  /** Writes how far the run is, with `change`. */
  async put(change: Partial<RunRecord>): Promise<void> {
    const { ledger, leftOut } = this.parts;
    const { step, seconds, epochs } = ledger.state;
    const { imagesPerSecond } = ledger;
    this.#current = {
      ...this.#current,
      step,
      seconds,
      epochs,
      ...(imagesPerSecond !== undefined && { imagesPerSecond }),
      ...(leftOut.count > 0 && {
        leftOut: { count: leftOut.count, files: [...leftOut.files] },
        warnings: [...this.#ownWarnings, leftOutWarning(leftOut.count)],
      }),
      ...change,
    };
    await this.parts.write(this.#current);
    this.written = performance.now();
  }

  /** The same, and tells of it where there is news. */
  async note(change: Partial<RunRecord> = {}): Promise<void> {
    await this.put(change);
    const { leftOut, tell } = this.parts;
    if (change.status === undefined && this.#toldLeftOut === leftOut.count) return;
    this.#toldLeftOut = leftOut.count;
    tell(this.#current);
  }
}
