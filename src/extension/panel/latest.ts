/**
 * Runs at most one job at a time and, of those asked for meanwhile, only the last: for a slider whose every position is worth
 * showing but none worth waiting for.
 */
export class Latest {
  #next: (() => Promise<void>) | undefined;
  #running = false;

  /** `job` must not reject. */
  async run(job: () => Promise<void>): Promise<void> {
    this.#next = job;
    if (this.#running) return;
    this.#running = true;
    try {
      for (let current = this.#take(); current; current = this.#take()) await current();
    } finally {
      this.#running = false;
    }
  }

  /** Forgets what waits. */
  clear(): void {
    this.#next = undefined;
  }

  #take(): (() => Promise<void>) | undefined {
    const job = this.#next;
    this.#next = undefined;
    return job;
  }
}
