import { createRandom, deriveSeed, shuffledIndices } from '../../core/random';

/** Places in `labels` that were drawn and those that were not, each in ascending order. */
export interface Drawn {
  readonly taken: Uint32Array;
  readonly rest: Uint32Array;
}

/**
 * Draws `takeOf(count, label)` of the `count` images of each class. What is drawn from a class depends on the seed, the class
 * and its number of images only.
 */
export function drawByClass(
  labels: Uint16Array,
  seed: number,
  takeOf: (count: number, label: number) => number,
): Drawn {
  const marked = new Uint8Array(labels.length);
  let total = 0;
  membersOf(labels).forEach((members, label) => {
    const take = Math.min(members.length, Math.max(0, takeOf(members.length, label)));
    const order = shuffledIndices(members.length, createRandom(deriveSeed(seed, label)));
    for (let i = 0; i < take; i++) marked[members[order[i]!]!] = 1;
    total += take;
  });
  const taken = new Uint32Array(total);
  const rest = new Uint32Array(labels.length - total);
  for (let i = 0, t = 0, r = 0; i < labels.length; i++)
    if (marked[i] === 1) taken[t++] = i;
    else rest[r++] = i;
  return { taken, rest };
}

/** Images of each class, `classes` of them at least. */
export function countByClass(labels: Uint16Array, classes = 0): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) {
    while (counts.length <= label) counts.push(0);
    counts[label]!++;
  }
  return counts;
}

/**
 * Shares `total` out among classes in proportion to their `counts`, at least one to each that has any and none more than it has
 * (largest remainders).
 */
export function apportion(counts: readonly number[], total: number): number[] {
  const sum = counts.reduce((all, count) => all + count, 0);
  if (total >= sum) return [...counts];
  const quotas = counts.map((count) => (total * count) / sum);
  const shares = quotas.map((quota, i) => (counts[i] === 0 ? 0 : Math.max(1, Math.floor(quota))));
  const byRemainder = quotas
    .map((quota, i) => ({ i, remainder: quota - shares[i]! }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  let left = total - shares.reduce((all, share) => all + share, 0);
  for (const { i } of byRemainder) {
    if (left <= 0) break;
    if (shares[i]! < counts[i]!) {
      shares[i]!++;
      left--;
    }
  }
  // The ones given to small classes are taken from the largest.
  while (left < 0) {
    const largest = shares.reduce((best, share, i) => (share > shares[best]! ? i : best), 0);
    if (shares[largest]! <= 1) break;
    shares[largest]!--;
    left++;
  }
  return shares;
}

function membersOf(labels: Uint16Array): Uint32Array[] {
  const members = countByClass(labels).map((count) => new Uint32Array(count));
  const filled = members.map(() => 0);
  labels.forEach((label, index) => {
    members[label]![filled[label]!++] = index;
  });
  return members;
}
