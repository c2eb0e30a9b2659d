import path from 'node:path';
import type { Graph } from '../../graph/graph';
import { modernise } from '../../graph/passes/modernise';
import { readKerasArchive, readKerasHdf5 } from '../../graph/read/keras/keras';
import { readLayers } from '../../graph/read/layers/layers';
import { weightsByName } from '../../graph/read/layers/weightSource';
import { readOnnx } from '../../graph/read/onnx';
import { readTensorFlowGraph } from '../../graph/read/tensorflow/graphModel';
import { tensorOf, type Tensor } from '../../graph/tensor';
import { objectAt } from '../../model/json';
import type { ModelFiles, TensorFlowFiles } from '../modelFiles';
import { externalDataIn } from './externalData';

/** The network of a model file of any format as IR. */
export async function readGraph(files: ModelFiles): Promise<Graph> {
  if ('weights' in files) return readTensorFlow(files);
  const { spec } = files.description;
  const size = { height: spec.input?.height, width: spec.input?.width };
  if (files.container === 'zip') return (await readKerasArchive(files.bytes, size)).graph;
  if (files.container === 'hdf5') return (await readKerasHdf5(files.bytes, size)).graph;
  const { graph, opset } = readOnnx(files.bytes, externalDataIn(path.dirname(files.file)));
  return modernise(graph, opset);
}

function readTensorFlow({ format, json, weights, description }: TensorFlowFiles): Graph {
  const tensors = new Map<string, Tensor>(
    weights.weights.map(({ name, shape, dtype, data }) => [name, tensorOf(dtype, shape, data)]),
  );
  if (format === 'tfjs-graph') {
    // Newer exporters keep the signature at the top, older ones among the user's metadata.
    const signature = objectAt(json, 'signature') ?? objectAt(objectAt(json, 'userDefinedMetadata'), 'signature');
    return readTensorFlowGraph(objectAt(json, 'modelTopology') ?? {}, signature, (name) => tensors.get(name));
  }
  const { spec, metadata } = description;
  const size = { height: spec.input?.height ?? metadata?.imageSize, width: spec.input?.width ?? metadata?.imageSize };
  return readLayers(objectAt(json, 'modelTopology') ?? {}, weightsByName(tensors), size);
}
