import { PbfWriter } from 'pbf';
import { gradientGraph } from '../../../../src/core/graph/gradientGraph';
import { operators } from '../../../../src/core/graph/ops/registry';
import { modernise } from '../../../../src/core/graph/passes/modernise';
import { foldBatchNormalization, removeIdentities } from '../../../../src/core/graph/passes/simplify';
import { stripActivation } from '../../../../src/core/graph/passes/stripActivation';
import { readOnnx } from '../../../../src/formats/models/onnx/onnx';
import type { ExternalData } from '../../../../src/formats/models/onnx/onnxTensor';
import { floats, sizeOf } from '../../../../src/core/graph/tensor';
import { createOnnxSession } from '../../../../src/runtime/onnx/session';

// ONNX files as no exporter writes them, message by message.

type Write = (writer: PbfWriter) => void;
const message =
  (tag: number, write: Write): Write =>
  (writer) =>
    writer.writeMessage(tag, (_: undefined, inner) => write(inner), undefined);
const all =
  (...parts: readonly Write[]): Write =>
  (writer) =>
    parts.forEach((part) => part(writer));
const text =
  (tag: number, value: string): Write =>
  (writer) =>
    writer.writeStringField(tag, value);
const integer =
  (tag: number, value: number): Write =>
  (writer) =>
    writer.writeVarintField(tag, value);

export const attribute = {
  integer: (name: string, value: number): Write => message(5, all(text(1, name), integer(3, value), integer(20, 2))),
  integers: (name: string, values: readonly number[]): Write =>
    message(5, all(text(1, name), ...values.map((value) => integer(8, value)), integer(20, 7))),
  float: (name: string, value: number): Write =>
    message(
      5,
      all(text(1, name), (writer) => writer.writeFloatField(2, value), integer(20, 1)),
    ),
  text: (name: string, value: string): Write => message(5, all(text(1, name), text(4, value), integer(20, 3))),
  graph: (name: string, inner: Write): Write => message(5, all(text(1, name), message(6, inner), integer(20, 5))),
  tensor: (name: string, type: number, dims: readonly number[], raw: Uint8Array): Write =>
    message(5, all(text(1, name), message(5, tensorBody('', type, dims, raw)), integer(20, 4))),
};

export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...attributes: readonly Write[]
): Write {
  return message(
    1,
    all(...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name)), text(4, op), ...attributes),
  );
}

function tensorBody(name: string, type: number, dims: readonly number[], raw?: Uint8Array): Write {
  return all(...dims.map((size) => integer(1, size)), integer(2, type), text(8, name), (writer) => {
    if (raw !== undefined) writer.writeBytesField(9, raw);
  });
}

export const initializer = (name: string, type: number, dims: readonly number[], raw?: Uint8Array): Write =>
  message(5, tensorBody(name, type, dims, raw));

export const int64s = (name: string, values: readonly number[], dims: readonly number[] = [values.length]): Write =>
  initializer(name, 7, dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));

export const externalTensor = (
  name: string,
  dims: readonly number[],
  entries: Readonly<Record<string, string>>,
): Write =>
  message(
    5,
    all(
      tensorBody(name, 1, dims),
      ...Object.entries(entries).map(([key, value]) => message(13, all(text(1, key), text(2, value)))),
      integer(14, 1),
    ),
  );

function value(tag: number, name: string, shape: readonly number[]): Write {
  const dimensions = shape.map((size) => message(1, integer(1, size)));
  return message(tag, all(text(1, name), message(2, message(1, all(integer(1, 1), message(2, all(...dimensions)))))));
}
export const input = (name: string, shape: readonly number[]): Write => value(11, name, shape);
export const output = (name: string): Write => value(12, name, []);

/** A file; `x` [1, 4] is its input and `y` its output unless `parts` has its own. */
export function file(parts: readonly Write[], { opset = 17, standard = true } = {}): Uint8Array {
  const writer = new PbfWriter();
  const io = standard ? [input('x', [1, 4]), output('y')] : [];
  all(integer(1, 8), message(7, all(...parts, ...io)), message(8, integer(2, opset)))(writer);
  return writer.finish();
}

/** `bytes` in `depth` messages of field `tag`, one within the other. */
export function nested(tag: number, depth: number): Uint8Array {
  const heads: number[][] = [];
  let length = 0;
  for (let level = 0; level < depth; level++) {
    const head = [(tag << 3) | 2];
    for (let rest = length; ; rest >>>= 7) {
      head.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    heads.push(head);
    length += head.length;
  }
  return Uint8Array.from(heads.reverse().flat());
}

const refuse: ExternalData = () => {
  throw new Error('No external data here');
};

/** What opening a file and asking for one gradient does; an Error where it is refused. */
export async function use(bytes: Uint8Array, external: ExternalData = refuse): Promise<'fine' | Error> {
  try {
    const { graph, opset } = readOnnx(bytes, external);
    const { graph: stripped, activation } = stripActivation(modernise(graph, opset));
    const simple = foldBatchNormalization(removeIdentities(stripped));
    const made = gradientGraph(simple, 1, { activation, binary: false }, operators);
    const session = await createOnnxSession(made.graph, 1);
    const feeds = made.graph.inputs.map(({ name, shape }) => [name, floats(shape, new Float32Array(sizeOf(shape)))]);
    try {
      await session.run(Object.fromEntries(feeds) as Parameters<typeof session.run>[0]);
    } finally {
      await session.dispose();
    }
    return 'fine';
  } catch (error) {
    return error as Error;
  }
}
