import { GraphBuilder } from '../../../../src/core/graph/builder';
import type { Attributes } from '../../../../src/core/graph/graph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { floats, sizeOf, type Shape } from '../../../../src/core/graph/tensor';
import type { Draw } from './draw';

/** A network that grows by random steps. */
export class Draft {
  readonly builder = new GraphBuilder(operators);
  /** Values of floats that steps go on from, the latest last. */
  readonly values: string[] = [];
  /** Values that only moves, choices and exact functions made of the input: a jump in a function of them cannot be missed by rounding. */
  readonly exact = new Set<string>();
  /** Floats that a computed value may take the place of. */
  readonly replaceable = new Set<string>();
  readonly #shared = new Map<string, string[]>();

  constructor(
    readonly draw: Draw,
    shape: Shape,
  ) {
    this.values.push(this.builder.input('picture', { type: 'float32', shape }));
    this.exact.add('picture');
  }

  shape(value: string): Shape {
    return this.builder.shape(value);
  }

  /** A node; its result is exact if `isExact` and all of its floats are. */
  add(op: string, inputs: readonly string[], attributes: Attributes = {}, isExact = false): string {
    const [output] = this.addMany(op, inputs, 1, attributes, isExact);
    return output!;
  }

  addMany(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Attributes = {},
    isExact = false,
  ): string[] {
    const outputs = this.builder.addMany(op, inputs, count, attributes);
    const known = (name: string): boolean =>
      name === '' || this.exact.has(name) || this.builder.constantOf(name) !== undefined;
    if (isExact && inputs.every(known)) outputs.forEach((name) => this.exact.add(name));
    return [...outputs];
  }

  /** Constant floats; now and then ones of that shape that others read too. */
  floats(shape: Shape, scale = 1, shift = 0): string {
    const key = `${shape.join()}|${scale}|${shift}`;
    const others = this.#shared.get(key) ?? [];
    if (others.length > 0 && this.draw.chance(0.3)) return this.draw.pick(others);
    const name = this.builder.constant(floats(shape, this.draw.numbers(sizeOf(shape), scale, shift)));
    this.#shared.set(key, [...others, name]);
    this.replaceable.add(name);
    return name;
  }

  indices(values: readonly number[]): string {
    return this.builder.indices(values);
  }
}

/** Adds nodes that go on from `x`; undefined: `x` is none that it can go on from. */
export type Step = (draft: Draft, x: string) => readonly string[] | undefined;
