import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Attributes } from '../src/core/graph/graph';
import { operators } from '../src/core/graph/ops/registry';
import { specialise } from '../src/core/graph/specialise';
import type { ModelInput, ModelReference } from '../src/core/model/modelInfo';
import { testImage } from './image';
import { readNetwork } from './network';

interface Exported {
  readonly input: Pick<ModelInput, 'height' | 'width' | 'channels' | 'range' | 'mean' | 'std'> & {
    readonly name: string;
    readonly layout: 'nhwc' | 'nchw';
  };
  readonly output: string;
  readonly nodes: readonly {
    op: string;
    inputs: readonly string[];
    outputs: readonly string[];
    attributes: Attributes;
  }[];
  readonly constants: readonly { name: string; type: string; shape: readonly number[]; offset: number }[];
}

/**
 * Writes a model's network as the PyTorch contender reads it, `network.json` and `network.bin`, and the test image, `image.bin`.
 * The network is the file's own, nothing folded but constants.
 */
export async function exportForPyTorch(reference: ModelReference, input: ModelInput, folder: string): Promise<void> {
  if (input.color === 'bgr') throw new Error('models of BGR pictures are not compared with PyTorch');
  const plain = await readNetwork(reference);
  const size = (side: number, index: number, shape: readonly number[]): number => {
    if (index === 0 || side > 0) return side;
    const first = shape[1] === input.channels;
    return [0, first ? input.channels : input.height, first ? input.height : input.width, input.width][index]!;
  };
  const inputs = plain.inputs.map((each) => ({ ...each, shape: each.shape.map(size) }));
  const graph = specialise({ ...plain, inputs }, 1, operators);
  const [{ name, shape }] = graph.inputs as unknown as [{ name: string; shape: readonly number[] }];
  const layout = shape[1] === input.channels ? 'nchw' : 'nhwc';
  const { height, width, channels, range, mean, std } = input;
  const parts: Uint8Array[] = [];
  const constants: Exported['constants'][number][] = [];
  let offset = 0;
  for (const [constant, tensor] of graph.constants) {
    const data = tensor.type === 'int64' ? BigInt64Array.from(tensor.data, toInt64) : tensor.data;
    constants.push({ name: constant, type: tensor.type, shape: tensor.shape, offset });
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), new Uint8Array(-data.byteLength & 7));
    offset += data.byteLength + (-data.byteLength & 7);
  }
  const exported: Exported = {
    input: { name, layout, height, width, channels, range, mean, std },
    output: graph.outputs[0]!,
    nodes: graph.nodes,
    constants,
  };
  writeFileSync(path.join(folder, 'network.json'), JSON.stringify(exported));
  writeFileSync(path.join(folder, 'network.bin'), Buffer.concat(parts));
  const image = testImage(input).data;
  writeFileSync(path.join(folder, 'image.bin'), new Uint8Array(image.buffer));
}

function toInt64(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
}
