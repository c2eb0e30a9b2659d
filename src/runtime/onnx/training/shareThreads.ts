/** From this share on watching is as much work as training. */
const EVEN_SHARE = 0.4;

export interface ThreadShares {
  readonly training: number;
  readonly watching: number;
}

/**
 * How `threads` are divided between minibatches and the watching that goes on beside them. Where both are much work each has half:
 * two runs on one thread each end sooner than one after the other on two, since operators gain less than twofold by a second one.
 * Else training keeps all, and watching takes what it needs of one more. A function of the plan alone: sums depend on the number of
 * threads in their last bits, and a continued run must repeat them.
 */
export function shareThreads(threads: number, watchShare: number): ThreadShares {
  if (watchShare < EVEN_SHARE) return { training: threads, watching: 1 };
  const watching = Math.max(1, Math.floor(threads / 2));
  return { training: Math.max(1, threads - watching), watching };
}
