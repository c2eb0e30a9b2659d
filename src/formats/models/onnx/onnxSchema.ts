import {
  openWire,
  readBytes,
  readFloat,
  readFloats,
  readInteger,
  readIntegers,
  readMessage,
  readNumberBytes,
  readText,
  visitFields,
  type Wire,
} from './onnxWire';

/** The messages of onnx.proto that carry a network, as they are on the wire (field numbers of ONNX IR version 10). */
export interface ModelProto {
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphProto | undefined;
  readonly functions: readonly FunctionProto[];
}

/** An operator that the file itself defines. */
export interface FunctionProto {
  name: string;
  domain: string;
  overload: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly nodes: NodeProto[];
  readonly opsets: { readonly domain: string; readonly version: number }[];
  /** Attributes that a call may leave out. */
  readonly defaults: AttributeProto[];
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
  overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeProto[];
  readonly metadata: Map<string, string>;
}

export interface AttributeProto {
  name: string;
  type: number;
  /** The attribute of the function around it whose value it has; '': its own. */
  reference: string;
  float: number;
  integer: number;
  text: Uint8Array | undefined;
  tensor: TensorProto | undefined;
  graph: GraphProto | undefined;
  readonly floats: number[];
  readonly integers: number[];
  readonly texts: Uint8Array[];
}

export interface TensorProto {
  name: string;
  dataType: number;
  readonly dims: number[];
  raw: Uint8Array | undefined;
  /** Encoded numbers: float_data, int32_data, int64_data and double_data. */
  readonly floats: Uint8Array[];
  readonly int32s: Uint8Array[];
  readonly int64s: Uint8Array[];
  readonly doubles: Uint8Array[];
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
  const functions: FunctionProto[] = [];
  const model = { irVersion: 0, producer: '', opsets, functions, graph: undefined as GraphProto | undefined };
  const wire = openWire(bytes);
  visitFields(wire, (field) => {
    if (field === 1) model.irVersion = readInteger(wire);
    else if (field === 2) model.producer = readText(wire);
    else if (field === 7) model.graph = readMessage(wire, readGraph);
    else if (field === 8) opsets.push(readMessage(wire, readOpset));
    else if (field === 25) functions.push(readMessage(wire, readFunction));
  });
  return model;
}

function readFunction(wire: Wire): FunctionProto {
  const found: FunctionProto = {
    name: '',
    domain: '',
    overload: '',
    inputs: [],
    outputs: [],
    nodes: [],
    opsets: [],
    defaults: [],
  };
  visitFields(wire, (field) => {
    if (field === 1) found.name = readText(wire);
    else if (field === 4) found.inputs.push(readText(wire));
    else if (field === 5) found.outputs.push(readText(wire));
    else if (field === 7) found.nodes.push(readMessage(wire, readNode));
    else if (field === 9) found.opsets.push(readMessage(wire, readOpset));
    else if (field === 10) found.domain = readText(wire);
    else if (field === 11) found.defaults.push(readMessage(wire, readAttribute));
    else if (field === 13) found.overload = readText(wire);
  });
  return found;
}

function readOpset(wire: Wire): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  visitFields(wire, (field) => {
    if (field === 1) opset.domain = readText(wire);
    else if (field === 2) opset.version = readInteger(wire);
  });
  return opset;
}

function readGraph(wire: Wire): GraphProto {
  const graph: GraphProto = { nodes: [], initializers: [], inputs: [], outputs: [] };
  visitFields(wire, (field) => {
    if (field === 1) graph.nodes.push(readMessage(wire, readNode));
    else if (field === 5) graph.initializers.push(readMessage(wire, readTensor));
    else if (field === 11) graph.inputs.push(readMessage(wire, readValueInfo));
    else if (field === 12) graph.outputs.push(readMessage(wire, readValueInfo));
  });
  return graph;
}

function readNode(wire: Wire): NodeProto {
  const [inputs, outputs, attributes]: [string[], string[], AttributeProto[]] = [[], [], []];
  const node: NodeProto = {
    op: '',
    name: '',
    domain: '',
    overload: '',
    inputs,
    outputs,
    attributes,
    metadata: new Map(),
  };
  visitFields(wire, (field) => {
    if (field === 1) inputs.push(readText(wire));
    else if (field === 2) outputs.push(readText(wire));
    else if (field === 3) node.name = readText(wire);
    else if (field === 4) node.op = readText(wire);
    else if (field === 5) attributes.push(readMessage(wire, readAttribute));
    else if (field === 7) node.domain = readText(wire);
    else if (field === 8) node.overload = readText(wire);
    else if (field === 9) node.metadata.set(...readMessage(wire, readEntry));
  });
  return node;
}

function readAttribute(wire: Wire): AttributeProto {
  const attribute: AttributeProto = {
    name: '',
    type: 0,
    reference: '',
    float: 0,
    integer: 0,
    text: undefined,
    tensor: undefined,
    graph: undefined,
    floats: [],
    integers: [],
    texts: [],
  };
  visitFields(wire, (field) => {
    if (field === 1) attribute.name = readText(wire);
    else if (field === 2) attribute.float = readFloat(wire);
    else if (field === 3) attribute.integer = readInteger(wire);
    else if (field === 4) attribute.text = readBytes(wire);
    else if (field === 5) attribute.tensor = readMessage(wire, readTensor);
    else if (field === 6) attribute.graph = readMessage(wire, readGraph);
    else if (field === 7) readFloats(wire, attribute.floats);
    else if (field === 8) readIntegers(wire, attribute.integers);
    else if (field === 9) attribute.texts.push(readBytes(wire));
    else if (field === 20) attribute.type = readInteger(wire);
    else if (field === 21) attribute.reference = readText(wire);
  });
  return attribute;
}

function readTensor(wire: Wire): TensorProto {
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
  visitFields(wire, (field) => {
    if (field === 1) readIntegers(wire, tensor.dims);
    else if (field === 2) tensor.dataType = readInteger(wire);
    else if (field === 4) readNumberBytes(wire, tensor.floats);
    else if (field === 5) readNumberBytes(wire, tensor.int32s);
    else if (field === 7) readNumberBytes(wire, tensor.int64s);
    else if (field === 8) tensor.name = readText(wire);
    else if (field === 9) tensor.raw = readBytes(wire);
    else if (field === 10) readNumberBytes(wire, tensor.doubles);
    else if (field === 13) tensor.external.set(...readMessage(wire, readEntry));
    else if (field === 14) tensor.isExternal = readInteger(wire) === 1;
  });
  return tensor;
}

function readEntry(wire: Wire): [string, string] {
  const entry: [string, string] = ['', ''];
  visitFields(wire, (field) => {
    if (field === 1) entry[0] = readText(wire);
    else if (field === 2) entry[1] = readText(wire);
  });
  return entry;
}

function readValueInfo(wire: Wire): ValueInfoProto {
  const info: ValueInfoProto = { name: '', elementType: 0, shape: undefined };
  const readTensorType = (): void =>
    visitFields(wire, (field) => {
      if (field === 1) info.elementType = readInteger(wire);
      else if (field === 2) info.shape = readMessage(wire, readShape);
    });
  const readType = (): void =>
    visitFields(wire, (field) => {
      if (field === 1) readMessage(wire, readTensorType);
    });
  visitFields(wire, (field) => {
    if (field === 1) info.name = readText(wire);
    else if (field === 2) readMessage(wire, readType);
  });
  return info;
}

function readShape(wire: Wire): number[] {
  const shape: number[] = [];
  visitFields(wire, (field) => {
    if (field === 1) shape.push(readMessage(wire, readDimension));
  });
  return shape;
}

function readDimension(wire: Wire): number {
  let size = -1;
  visitFields(wire, (field) => {
    if (field === 1) size = readInteger(wire);
  });
  return size;
}
