/** Numbers that come piece by piece, each with its place; what came before the first piece is not known here. */
export class Curve {
  #values = new Float32Array(1024);
  #start: number | undefined;
  #end = 0;

  /** One behind the last known place; 0: nothing is known. */
  get end(): number {
    return this.#end;
  }

  get last(): number | undefined {
    return this.#end === 0 ? undefined : this.#values[this.#end - 1];
  }

  set(place: number, values: Float32Array): void {
    const end = place + values.length;
    if (end > this.#values.length) {
      const larger = new Float32Array(Math.max(end, 2 * this.#values.length));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(values, place);
    this.#start = Math.min(place, this.#start ?? place);
    this.#end = Math.max(this.#end, end);
  }

  /** `before` with the known numbers over it. */
  over(before: Float32Array): Float32Array {
    const result = new Float32Array(Math.max(before.length, this.#end));
    result.set(before);
    if (this.#start !== undefined) result.set(this.#values.subarray(this.#start, this.#end), this.#start);
    return result;
  }
}
