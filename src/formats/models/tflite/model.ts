import { FlatTable } from './flatBuffer';
import { operatorName } from './operatorNames';

/** What is read of a TFLite file (schema of TensorFlow 2.21); places of fields are those of schema.fbs. */
export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Names that signatures give to tensors. */
  readonly signed: readonly { readonly name: string; readonly tensor: number }[];
  /** Bytes of the file's own description of its inputs and outputs. */
  readonly metadata: Uint8Array | undefined;
}

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** −1: open. */
  readonly signature: readonly number[];
  /** TensorType. */
  readonly type: number;
  /** Bytes of a constant; empty for what is computed. */
  readonly data: Uint8Array;
  readonly quantisation: Quantisation | undefined;
  readonly isSparse: boolean;
}

/** real = (stored − zero)·scale, one for all or one for each slice along `axis`. */
export interface Quantisation {
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
  readonly axis: number;
}

export interface TfliteOperator {
  readonly op: string;
  /** −1: left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | undefined;
}

const TFLITE_IDENTIFIER = 'TFL3';
const SCHEMA = 3;
const METADATA = 'TFLITE_METADATA';
const MOST_OPERATORS = 50_000;

/** Reads a TFLite file without decoding weights. Throws an Error that says what is wrong. */
export function readTfliteModel(bytes: Uint8Array): TfliteModel {
  const model = FlatTable.open(bytes, TFLITE_IDENTIFIER);
  if (model.uint32(0) !== SCHEMA)
    throw new Error(`The file has version ${model.uint32(0)} of its schema, not ${SCHEMA}`);
  const [graph] = model.tables(2);
  if (graph === undefined) throw new Error('The file holds no network');
  const buffers = model.tables(4).map((buffer) => contentOf(buffer, bytes));
  const codes = model.tables(1).map((code) => operatorName(Math.max(code.int8(0), code.int32(3)), code.text(1)));
  const tensors = graph.tables(0).map((tensor) => readTensor(tensor, buffers));
  const operators = graph.tables(3);
  if (operators.length > MOST_OPERATORS) throw new Error(`The network has ${operators.length} operators`);
  const metadata = model.tables(6).find((each) => each.text(0) === METADATA);
  return {
    tensors,
    operators: operators.map((operator): TfliteOperator => ({
      op: codes[operator.uint32(0)] ?? '?',
      inputs: operator.int32s(1),
      outputs: operator.int32s(2),
      options: operator.table(4),
    })),
    inputs: graph.int32s(1),
    outputs: graph.int32s(2),
    signed: model
      .tables(7)
      .filter((signature) => signature.uint32(4) === 0)
      .flatMap((signature) => signature.tables(1).map((each) => ({ name: each.text(0), tensor: each.uint32(1) }))),
    metadata: metadata && buffers[metadata.uint32(1)],
  };
}

/** Content of a buffer, which of large files lies behind the FlatBuffer. */
function contentOf(buffer: FlatTable, bytes: Uint8Array): Uint8Array {
  const [offset, size] = [buffer.uint64(1), buffer.uint64(2)];
  if (offset <= 1) return buffer.bytes(0);
  if (!(offset + size <= bytes.length)) throw new Error('The file is damaged: weights lie outside of it');
  return bytes.subarray(offset, offset + size);
}

function readTensor(tensor: FlatTable, buffers: readonly Uint8Array[]): TfliteTensor {
  const shape = tensor.int32s(0);
  const signature = tensor.int32s(7);
  const data = buffers[tensor.uint32(2)];
  if (data === undefined || tensor.uint32(10) !== 0) throw new Error('The weights of the model do not lie in its file');
  return {
    name: tensor.text(3),
    shape,
    signature: signature.length === shape.length ? signature : shape,
    type: tensor.int8(1),
    data,
    quantisation: readQuantisation(tensor.table(4)),
    isSparse: tensor.table(6) !== undefined,
  };
}

function readQuantisation(table: FlatTable | undefined): Quantisation | undefined {
  const scales = table?.float32s(2) ?? [];
  if (table === undefined || scales.length === 0) return undefined;
  if (table.uint8(4) !== 0) throw new Error('The model is quantised in a way of its own');
  const zeros = table.int64s(3);
  if (zeros.length !== 0 && zeros.length !== scales.length && zeros.length !== 1)
    throw new Error('The file is damaged: a quantisation has other zeros than scales');
  const axis = table.int32(6);
  return { scales, zeros: scales.map((_, at) => zeros[zeros.length === 1 ? 0 : at] ?? 0), axis };
}
