import path from 'node:path';
import type { Graph } from '../../core/graph/graph';
import { modernise } from '../../core/graph/passes/modernise';
import { readKerasArchive, readKerasHdf5, type KerasModel } from '../../formats/models/keras/keras';
import { readLayers } from '../../formats/models/layers/layers';
import { weightsByName } from '../../formats/models/layers/weightSource';
import { readOnnx, type DeclaredOutput, type HalfPrecision } from '../../formats/models/onnx/onnx';
import { readTflite } from '../../formats/models/tflite/tflite';
import { readTensorFlowGraph } from '../../formats/models/tensorflow/graphModel';
import { tensorOf, type Tensor } from '../../core/graph/tensor';
import { objectAt, stringAt, type JsonObject } from '../../formats/json/json';
import { halfPolicy } from '../halfPrecision';
import type { ModelFiles, TensorFlowFiles } from '../modelFiles';
import { drawnDropoutWarnings, trainingCallWarnings } from '../trainingMode';
import { externalDataIn } from './externalData';

/** A model's network, and what its file says of its outputs. */
export interface ReadModel {
  readonly graph: Graph;
  readonly declared: ReadonlyMap<string, DeclaredOutput>;
  /** Names that the signature gives to outputs. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** The shorter floats that the file computes with. */
  readonly half?: HalfPrecision | undefined;
  /** What the file does otherwise than the network that is read from it, one sentence each. */
  readonly warnings?: readonly string[];
}

/** The network of a model file of any format as IR. */
export async function readGraph(files: ModelFiles): Promise<Graph> {
  return (await readModel(files)).graph;
}

/** {@link readGraph}, and what else the file says. */
export async function readModel(files: ModelFiles): Promise<ReadModel> {
  const plain = (graph: Graph): ReadModel => ({ graph, declared: new Map(), aliases: new Map() });
  if ('weights' in files) {
    const topology = files.format === 'tfjs-layers' ? (objectAt(files.json, 'modelTopology') ?? {}) : undefined;
    return {
      ...plain(readTensorFlow(files)),
      aliases: signedNames(signatureOf(files)),
      ...(topology && { half: halfPolicy(topology), warnings: trainingCallWarnings(topology) }),
    };
  }
  const ofKeras = ({ graph, config }: KerasModel): ReadModel => ({
    ...plain(graph),
    half: halfPolicy(config),
    warnings: trainingCallWarnings(config),
  });
  const { spec } = files.description;
  const size = { height: spec.input?.height, width: spec.input?.width };
  if (files.container === 'zip') return ofKeras(await readKerasArchive(files.bytes, size));
  if (files.container === 'hdf5') return ofKeras(await readKerasHdf5(files.bytes, size));
  if (files.container === 'tflite') {
    const { graph, aliases, warnings } = readTflite(files.bytes);
    return { ...plain(graph), aliases, warnings };
  }
  const { graph, opset, declared, half } = readOnnx(files.bytes, externalDataIn(path.dirname(files.file)));
  return { ...plain(modernise(graph, opset)), declared, half, warnings: drawnDropoutWarnings(graph) };
}

/** Newer exporters keep the signature at the top, older ones among the user's metadata. */
function signatureOf({ json }: TensorFlowFiles): JsonObject | undefined {
  return objectAt(json, 'signature') ?? objectAt(objectAt(json, 'userDefinedMetadata'), 'signature');
}

function signedNames(signature: JsonObject | undefined): ReadModel['aliases'] {
  const outputs = Object.entries(objectAt(signature, 'outputs') ?? {});
  const names = outputs.map(([key, value]) => [stringAt(value, 'name')?.replace(/:\d+$/, ''), key] as const);
  return new Map(names.flatMap(([name, key]) => (name === undefined ? [] : [[name, [key]] as const])));
}

/** What stands at the beginning of a TensorFlow.js model's network, up to the first layer that cannot be read. */
export function readBeginning(files: TensorFlowFiles): Graph {
  return readTensorFlow(files, true);
}

function readTensorFlow(files: TensorFlowFiles, mayEnd = false): Graph {
  const { format, json, weights, description } = files;
  const tensors = new Map<string, Tensor>(
    weights.weights.map(({ name, shape, dtype, data }) => [name, tensorOf(dtype, shape, data)]),
  );
  if (format === 'tfjs-graph') {
    return readTensorFlowGraph(objectAt(json, 'modelTopology') ?? {}, signatureOf(files), (name) => tensors.get(name));
  }
  const { spec, metadata } = description;
  const size = {
    height: spec.input?.height ?? metadata?.imageSize,
    width: spec.input?.width ?? metadata?.imageWidth ?? metadata?.imageSize,
  };
  return readLayers(objectAt(json, 'modelTopology') ?? {}, weightsByName(tensors), { ...size, mayEnd });
}
