import { randomNumbers } from '../support';

/** Draws that a seed alone decides. */
export class Draw {
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** In [−1, 1). */
  #next(): number {
    return randomNumbers(1, Math.imul(this.#seed, 0x9e3779b1) + Math.imul(this.#count++, 0x85ebca6b))[0]!;
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.min(most - least, Math.floor(((this.#next() + 1) / 2) * (most - least + 1)));
  }

  chance(probability: number): boolean {
    return (this.#next() + 1) / 2 < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  /** Some of `list`, in its order. */
  some<T>(list: readonly T[], probability: number): readonly T[] {
    return list.filter(() => this.chance(probability));
  }

  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    return list.map(() => rest.splice(this.int(0, rest.length - 1), 1)[0]!);
  }

  /** In [−scale, scale) + shift. */
  numbers(count: number, scale = 1, shift = 0): Float32Array {
    const seed = Math.imul(this.#seed, 0x27d4eb2f) + this.#count++;
    return randomNumbers(count, seed).map((value) => value * scale + shift);
  }
}
