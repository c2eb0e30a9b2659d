import { PbfReader } from 'pbf';

/** The messages of onnx.proto that carry a network, as they are on the wire (field numbers of ONNX IR version 10). */
export interface ModelProto {
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphProto | undefined;
}

export interface GraphProto {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
}

export interface NodeProto {
  op: string;
  name: string;
  domain: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: AttributeProto[];
}

export interface AttributeProto {
  name: string;
  type: number;
  float: number;
  integer: number;
  text: Uint8Array | undefined;
  tensor: TensorProto | undefined;
  readonly floats: number[];
  readonly integers: number[];
  readonly texts: Uint8Array[];
  hasGraph: boolean;
}

export interface TensorProto {
  name: string;
  dataType: number;
  readonly dims: number[];
  raw: Uint8Array | undefined;
  readonly floats: number[];
  readonly int32s: number[];
  readonly int64s: number[];
  readonly doubles: number[];
  readonly external: Map<string, string>;
  isExternal: boolean;
}

export interface ValueInfoProto {
  name: string;
  elementType: number;
  /** −1 for a size that is a name or absent; undefined: no shape. */
  shape: number[] | undefined;
}

/** Reads a ModelProto. Throws on anything that is not one. */
export function readModelProto(bytes: Uint8Array): ModelProto {
  const opsets: { domain: string; version: number }[] = [];
  const model = { irVersion: 0, producer: '', opsets, graph: undefined as GraphProto | undefined };
  fields(new PbfReader(bytes), (tag, reader) => {
    if (tag === 1) model.irVersion = reader.readVarint();
    else if (tag === 2) model.producer = reader.readString();
    else if (tag === 7) model.graph = message(reader, readGraph);
    else if (tag === 8) opsets.push(message(reader, readOpset));
  });
  return model;
}

type Reader = PbfReader;

/** Visits the fields up to the end of the buffer, or of the message; never reads past it. */
function fields(reader: Reader, visit: (tag: number, reader: Reader) => void, end = reader.length): void {
  reader.readFields<undefined>((tag, _result, each) => visit(tag, each), undefined, end);
}

function message<T>(reader: Reader, read: (reader: Reader, end: number) => T): T {
  const length = reader.readVarint();
  const end = reader.pos + length;
  if (!(length >= 0) || end > reader.length) throw new Error('A message reaches past the end of the file');
  return read(reader, end);
}

function readOpset(reader: Reader, end: number): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  fields(
    reader,
    (tag) => {
      if (tag === 1) opset.domain = reader.readString();
      else if (tag === 2) opset.version = reader.readVarint(true);
    },
    end,
  );
  return opset;
}

function readGraph(reader: Reader, end: number): GraphProto {
  const graph: GraphProto = { nodes: [], initializers: [], inputs: [], outputs: [] };
  fields(
    reader,
    (tag) => {
      if (tag === 1) graph.nodes.push(message(reader, readNode));
      else if (tag === 5) graph.initializers.push(message(reader, readTensor));
      else if (tag === 11) graph.inputs.push(message(reader, readValueInfo));
      else if (tag === 12) graph.outputs.push(message(reader, readValueInfo));
    },
    end,
  );
  return graph;
}

function readNode(reader: Reader, end: number): NodeProto {
  const node: NodeProto = { op: '', name: '', domain: '', inputs: [], outputs: [], attributes: [] };
  fields(
    reader,
    (tag) => {
      if (tag === 1) node.inputs.push(reader.readString());
      else if (tag === 2) node.outputs.push(reader.readString());
      else if (tag === 3) node.name = reader.readString();
      else if (tag === 4) node.op = reader.readString();
      else if (tag === 5) node.attributes.push(message(reader, readAttribute));
      else if (tag === 7) node.domain = reader.readString();
    },
    end,
  );
  return node;
}

function readAttribute(reader: Reader, end: number): AttributeProto {
  const attribute: AttributeProto = {
    name: '',
    type: 0,
    float: 0,
    integer: 0,
    text: undefined,
    tensor: undefined,
    floats: [],
    integers: [],
    texts: [],
    hasGraph: false,
  };
  fields(
    reader,
    (tag) => {
      if (tag === 1) attribute.name = reader.readString();
      else if (tag === 2) attribute.float = reader.readFloat();
      else if (tag === 3) attribute.integer = reader.readVarint(true);
      else if (tag === 4) attribute.text = reader.readBytes();
      else if (tag === 5) attribute.tensor = message(reader, readTensor);
      else if (tag === 6 || tag === 11) attribute.hasGraph = true;
      else if (tag === 7) reader.readPackedFloat(attribute.floats);
      else if (tag === 8) reader.readPackedVarint(attribute.integers, true);
      else if (tag === 9) attribute.texts.push(reader.readBytes());
      else if (tag === 20) attribute.type = reader.readVarint();
    },
    end,
  );
  return attribute;
}

function readTensor(reader: Reader, end: number): TensorProto {
  const tensor: TensorProto = {
    name: '',
    dataType: 0,
    dims: [],
    raw: undefined,
    floats: [],
    int32s: [],
    int64s: [],
    doubles: [],
    external: new Map(),
    isExternal: false,
  };
  fields(
    reader,
    (tag) => {
      if (tag === 1) reader.readPackedVarint(tensor.dims, true);
      else if (tag === 2) tensor.dataType = reader.readVarint();
      else if (tag === 4) reader.readPackedFloat(tensor.floats);
      else if (tag === 5) reader.readPackedVarint(tensor.int32s, true);
      else if (tag === 7) reader.readPackedVarint(tensor.int64s, true);
      else if (tag === 8) tensor.name = reader.readString();
      else if (tag === 9) tensor.raw = reader.readBytes();
      else if (tag === 10) reader.readPackedDouble(tensor.doubles);
      else if (tag === 13) tensor.external.set(...message(reader, readEntry));
      else if (tag === 14) tensor.isExternal = reader.readVarint() === 1;
    },
    end,
  );
  return tensor;
}

function readEntry(reader: Reader, end: number): [string, string] {
  const entry: [string, string] = ['', ''];
  fields(
    reader,
    (tag) => {
      if (tag === 1) entry[0] = reader.readString();
      else if (tag === 2) entry[1] = reader.readString();
    },
    end,
  );
  return entry;
}

function readValueInfo(reader: Reader, end: number): ValueInfoProto {
  const info: ValueInfoProto = { name: '', elementType: 0, shape: undefined };
  fields(
    reader,
    (tag) => {
      if (tag === 1) info.name = reader.readString();
      else if (tag === 2)
        message(reader, (_, typeEnd) =>
          fields(
            reader,
            (typeTag) => {
              if (typeTag !== 1) return;
              message(reader, (__, tensorEnd) =>
                fields(
                  reader,
                  (tensorTag) => {
                    if (tensorTag === 1) info.elementType = reader.readVarint();
                    else if (tensorTag === 2) info.shape = message(reader, readShape);
                  },
                  tensorEnd,
                ),
              );
            },
            typeEnd,
          ),
        );
    },
    end,
  );
  return info;
}

function readShape(reader: Reader, end: number): number[] {
  const shape: number[] = [];
  fields(
    reader,
    (tag) => {
      if (tag !== 1) return;
      let size = -1;
      message(reader, (_, dimensionEnd) =>
        fields(
          reader,
          (dimensionTag) => {
            if (dimensionTag === 1) size = reader.readVarint(true);
          },
          dimensionEnd,
        ),
      );
      shape.push(size);
    },
    end,
  );
  return shape;
}
