import type { Draw } from './draw';
import { arrayOf, type ElementName, type FileAttributes, type FileNode, type FileTensor } from './onnxFile';

/** How the file says the batch: left open, or a number of pictures. */
export type Batch = 'open' | number;

/** A network while it is made: nodes and constants by name, the shape of each value without its batch. */
export class Network {
  readonly nodes: FileNode[] = [];
  readonly constants = new Map<string, FileTensor>();
  readonly shapes = new Map<string, readonly number[]>();
  readonly activation: 'Relu' | 'Swish' | 'Tanh';
  private made = 0;

  constructor(
    readonly draw: Draw,
    readonly opset: number,
    readonly batch: Batch,
    private readonly pictures: string,
  ) {
    this.activation = draw.of(['Relu', 'Swish', 'Tanh']);
  }

  /** Adds a node with one output of `shape` (without the batch) and names it. */
  add(
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: FileAttributes = {},
    domain = '',
  ): string {
    const [output] = this.addAll(op, inputs, [shape], attributes, domain);
    return output!;
  }

  addAll(
    op: string,
    inputs: readonly string[],
    shapes: readonly (readonly number[])[],
    attributes: FileAttributes = {},
    domain = '',
  ): string[] {
    const outputs = shapes.map((shape) => {
      const name = `${op.toLowerCase()}_${this.made++}`;
      this.shapes.set(name, shape);
      return name;
    });
    this.nodes.push({ op, domain, inputs, outputs, attributes });
    return outputs;
  }

  shape(name: string): readonly number[] {
    return this.shapes.get(name)!;
  }

  constant(type: ElementName, shape: readonly number[], data: ArrayLike<number>): string {
    const name = `constant_${this.made++}`;
    this.constants.set(name, { type, shape, data: arrayOf(type, data) as unknown as ArrayLike<number> });
    return name;
  }

  floats(shape: readonly number[], data: ArrayLike<number>): string {
    return this.constant('float', shape, data);
  }

  scalar(value: number): string {
    return this.floats(this.draw.chance(0.5) ? [] : [1], [value]);
  }

  ints(...values: number[]): string {
    const name = `constant_${this.made++}`;
    this.constants.set(name, { type: 'int64', shape: [values.length], data: values });
    return name;
  }

  weights(shape: readonly number[], scale: number): string {
    const count = shape.reduce((product, size) => product * size, 1);
    return this.floats(shape, this.draw.normals(count, scale));
  }

  /** An operator that changes no shape. */
  same(op: string, x: string, attributes: FileAttributes = {}): string {
    return this.add(op, [x], this.shape(x), attributes);
  }

  /** A binary operator with a constant that broadcasts to x. */
  with(op: string, x: string, constant: string): string {
    return this.add(op, [x, constant], this.shape(x));
  }

  /** Reshapes each picture, the batch said as the file says it: a number, −1, 0 (as it comes) or computed by Shape. */
  reshape(x: string, shape: readonly number[]): string {
    if (this.batch !== 'open') return this.add('Reshape', [x, this.ints(this.batch, ...shape)], shape);
    const how = this.draw.of(['minus', 'zero', 'computed'] as const);
    if (how === 'minus') return this.add('Reshape', [x, this.ints(-1, ...shape)], shape);
    if (how === 'zero') return this.add('Reshape', [x, this.ints(0, ...shape)], shape);
    const sizes = this.add('Shape', [this.pictures], []);
    const count = this.add('Gather', [sizes, this.ints(0)], [], { axis: 0 });
    return this.add('Reshape', [x, this.add('Concat', [count, this.ints(...shape)], [], { axis: 0 })], shape);
  }

  /** The axes' values by name of `perm`, which moves the axes of one picture (0 the first behind the batch). */
  transpose(x: string, ...perm: number[]): string {
    const shape = this.shape(x);
    return this.add(
      'Transpose',
      [x],
      perm.map((axis) => shape[axis]!),
      { perm: [0, ...perm.map((axis) => axis + 1)] },
    );
  }

  /** ReduceMean, ReduceSum or ReduceMax over axes counted with the batch. */
  reduce(op: string, x: string, axes: readonly number[], keep: boolean): string {
    const since = op === 'ReduceSum' ? 13 : 18;
    const shape = this.shape(x).flatMap((size, axis) => (axes.includes(axis + 1) ? (keep ? [1] : []) : [size]));
    const keepdims = keep ? 1 : 0;
    if (this.opset < since) return this.add(op, [x], shape, { axes, keepdims });
    return this.add(op, [x, this.ints(...axes)], shape, { keepdims });
  }

  squeeze(x: string, axes: readonly number[]): string {
    const shape = this.shape(x).filter((_, axis) => !axes.includes(axis + 1));
    if (this.opset < 13) return this.add('Squeeze', [x], shape, { axes });
    return this.add('Squeeze', [x, this.ints(...axes)], shape);
  }

  slice(x: string, axis: number, start: number, end: number): string {
    const shape = this.shape(x).map((size, at) => (at === axis - 1 ? end - start : size));
    return this.add('Slice', [x, this.ints(start), this.ints(end), this.ints(axis)], shape);
  }

  gather(x: string, axis: number, places: readonly number[]): string {
    const shape = this.shape(x).map((size, at) => (at === axis - 1 ? places.length : size));
    return this.add('Gather', [x, this.ints(...places)], shape, { axis });
  }

  clip(x: string, low: number, high: number): string {
    return this.add('Clip', [x, this.floats([], [low]), this.floats([], [high])], this.shape(x));
  }
}
