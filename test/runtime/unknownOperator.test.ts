import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { occlusion } from '../../src/core/attribution/occlusion';
import type { StaticGraph } from '../../src/core/graph/graph';
import { floats, type Tensor, tensorOf } from '../../src/core/graph/tensor';
import { resolveParameters } from '../../src/core/method/parameters';
import { writeOnnx } from '../../src/formats/models/onnx/writeOnnx';
import { loadClassifier } from '../../src/runtime/loadClassifier';
import { makeFolder, removeFolders } from './support';

afterAll(removeFolders);

/** x·W of all rows: ONNX Runtime knows Compress, our graph does not. */
async function compressModel(): Promise<string> {
  const weights = floats([4, 2], [0.1, 0.2, 0.3, 0.4, 0.05, 0.1, 0.15, 0.2]);
  const graph: StaticGraph = {
    inputs: [{ name: 'image', type: 'float32', shape: [1, 1, 2, 2] }],
    outputs: ['out'],
    nodes: [
      { op: 'Flatten', inputs: ['image'], outputs: ['flat'], attributes: { axis: 1 } },
      { op: 'Compress', inputs: ['flat', 'all'], outputs: ['rows'], attributes: { axis: 0 } },
      { op: 'MatMul', inputs: ['rows', 'weights'], outputs: ['out'], attributes: {} },
    ],
    constants: new Map<string, Tensor>([
      ['weights', weights],
      ['all', tensorOf('bool', [1], [1])],
    ]),
    types: new Map([['out', { type: 'float32', shape: [1, 2] }]]),
  };
  const file = path.join(await makeFolder(), 'compress.onnx');
  await writeFile(file, writeOnnx(graph));
  return file;
}

it('a model with an operator that is not known predicts, and says why it cannot be differentiated', async () => {
  const classifier = await loadClassifier({ path: await compressModel() }, { engine: 'auto' });
  expect(classifier.info.engine).toBe('onnx');
  expect(classifier.info.warnings.join(' ')).toContain('Compress (1 ×)');
  const image = { data: Float32Array.of(1, 0, 1, 0), count: 1, height: 2, width: 2, channels: 1 } as const;
  const { logits } = await classifier.predict(image);
  expect(logits[0]).toBeCloseTo(0.15, 5);
  expect(logits[1]).toBeCloseTo(0.3, 5);
  await expect(classifier.gradient(image, [{ kind: 'logit', classIndex: 0 }])).rejects.toMatchObject({
    code: 'gradient-unavailable',
    message: expect.stringContaining('Compress (1 ×)') as unknown,
  });
  await classifier.dispose();
});

it('a model that cannot be differentiated is explained by occlusion', async () => {
  const classifier = await loadClassifier({ path: await compressModel() }, { engine: 'auto' });
  const parameters = resolveParameters(occlusion.parameters, { window: 1, stride: 1 });
  const image = { data: Float32Array.of(1, 0, 1, 1), height: 2, width: 2, channels: 1 } as const;
  const objective = { kind: 'logit', classIndex: 1 } as const;
  const { map, value } = await occlusion.run(classifier, image, objective, parameters, { seed: 0 });
  expect(value).toBeCloseTo(0.5, 5);
  [0.3, 0.5, 0.4, 0.3].forEach((rest, pixel) => expect(map.data[pixel]).toBeCloseTo(0.5 - rest, 5));
  await classifier.dispose();
});
