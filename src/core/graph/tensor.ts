/** Element types of the IR. Reading turns float16, bfloat16 and double into float32. */
export type ElementType = 'float32' | 'int64' | 'int32' | 'uint16' | 'int16' | 'uint8' | 'int8' | 'bool';

export type Shape = readonly number[];

/** A constant. int64 is kept as Float64Array (exact to 2⁵³), bool as 0 and 1. */
export type Tensor =
  | { readonly type: 'float32'; readonly shape: Shape; readonly data: Float32Array }
  | { readonly type: 'int64'; readonly shape: Shape; readonly data: Float64Array }
  | { readonly type: 'int32'; readonly shape: Shape; readonly data: Int32Array }
  | { readonly type: 'uint8' | 'bool'; readonly shape: Shape; readonly data: Uint8Array }
  | { readonly type: 'uint16'; readonly shape: Shape; readonly data: Uint16Array }
  | { readonly type: 'int16'; readonly shape: Shape; readonly data: Int16Array }
  | { readonly type: 'int8'; readonly shape: Shape; readonly data: Int8Array };

export interface TypedShape {
  readonly type: ElementType;
  readonly shape: Shape;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function floats(shape: Shape, data: Float32Array | readonly number[]): Tensor {
  return { type: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

export function integers(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return { type: 'int64', shape, data: Float64Array.from(values) };
}

export function scalar(value: number): Tensor {
  return floats([], [value]);
}

/** A tensor of `type` from numbers. */
export function tensorOf(type: ElementType, shape: Shape, values: ArrayLike<number>): Tensor {
  switch (type) {
    case 'float32':
      return { type, shape, data: Float32Array.from(values) };
    case 'int64':
      return { type, shape, data: Float64Array.from(values) };
    case 'int32':
      return { type, shape, data: Int32Array.from(values) };
    case 'uint8':
    case 'bool':
      return { type, shape, data: Uint8Array.from(values) };
    case 'int8':
      return { type, shape, data: Int8Array.from(values) };
    case 'uint16':
      return { type, shape, data: Uint16Array.from(values) };
    case 'int16':
      return { type, shape, data: Int16Array.from(values) };
  }
}

/** Row-major strides of a shape. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The shape that numpy's rules give to operands of these shapes; throws if they do not go together. */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === size || own === 1) continue;
      if (size !== 1)
        throw new Error(`Shapes ${shapes.map((each) => `[${each.join(', ')}]`).join(' and ')} do not broadcast`);
      size = own;
    }
    return size;
  });
}
