import type { JsonObject } from '../../src/formats/json/json';

const FLOAT: JsonObject = { type: 'DT_FLOAT' };

export interface HandMadeGraph {
  readonly json: JsonObject;
  readonly bytes: Uint8Array;
}

/** A graph model written by hand, node by node, with its weights in one file. */
export function handMadeGraph(
  inputShape: readonly number[],
  constants: Readonly<
    Record<
      string,
      { readonly shape: readonly number[]; readonly values: readonly number[]; readonly integer?: boolean }
    >
  >,
  nodes: readonly {
    readonly name: string;
    readonly op: string;
    readonly input: readonly string[];
    readonly attr?: JsonObject;
  }[],
): HandMadeGraph {
  const dim = [-1, ...inputShape].map((size) => ({ size: String(size) }));
  const placeholder = { name: 'image', op: 'Placeholder', attr: { shape: { shape: { dim } }, dtype: FLOAT } };
  const entries = Object.entries(constants);
  const consts = entries.map(([name, { shape, integer }]) => {
    const dtype = integer ? { type: 'DT_INT32' } : FLOAT;
    return {
      name,
      op: 'Const',
      attr: {
        dtype,
        value: { tensor: { dtype: dtype.type, tensorShape: { dim: shape.map((size) => ({ size: String(size) })) } } },
      },
    };
  });
  const weights = entries.map(([name, { shape, integer }]) => ({
    name,
    shape: [...shape],
    dtype: integer ? 'int32' : 'float32',
  }));
  const buffers = entries.map(([, { values, integer }]) =>
    Buffer.from((integer ? Int32Array : Float32Array).from(values).buffer),
  );
  const json = {
    format: 'graph-model',
    modelTopology: {
      node: [
        placeholder,
        ...consts,
        ...nodes.map((node) => ({ ...node, input: [...node.input], attr: { T: FLOAT, ...node.attr } })),
      ],
      versions: { producer: 1 },
    },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  return { json: json, bytes: Buffer.concat(buffers) };
}

/** Attributes of a convolution node. */
export function convolution(strides = 1, padding = 'SAME'): JsonObject {
  return {
    strides: { list: { i: ['1', String(strides), String(strides), '1'] } },
    padding: { s: Buffer.from(padding).toString('base64') },
    data_format: { s: Buffer.from('NHWC').toString('base64') },
    dilations: { list: { i: ['1', '1', '1', '1'] } },
  };
}

/** Attributes that make a node a fused one. */
export function fused(...operations: string[]): JsonObject {
  return {
    fused_ops: { list: { s: operations.map((operation) => Buffer.from(operation).toString('base64')) } },
    num_args: { i: '1' },
  };
}
