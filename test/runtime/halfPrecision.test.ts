import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { halfPolicy } from '../../src/runtime/halfPrecision';
import { arrayOf, writeOnnxFile, type FileNode } from './generated/onnxFile';
import { load, makeFolder, removeFolders } from './support';

afterAll(removeFolders);

const weights = { type: 'float16', shape: [12, 3], data: arrayOf('float16', Array.from({ length: 36 }, (_, at) => at / 64)) } as const; // prettier-ignore
const node = (op: string, inputs: string[], output: string, attributes = {}): FileNode => ({ op, domain: '', inputs, outputs: [output], attributes }); // prettier-ignore

async function said(
  nodes: readonly FileNode[],
  input: 'float' | 'float16',
  output: 'float' | 'float16',
): Promise<string> {
  const file = path.join(await makeFolder(), 'half.onnx');
  const bytes = writeOnnxFile({
    opset: 17,
    inputs: [{ name: 'x', type: input, shape: [1, 2, 2, 3] }],
    outputs: [{ name: 'out', type: output, shape: [1, 3] }],
    nodes,
    constants: new Map([['weights', { ...weights, data: weights.data as unknown as ArrayLike<number> }]]),
  });
  await writeFile(file, bytes);
  const classifier = await load(file, 'onnx');
  const warnings = classifier.info.warnings.join('\n');
  await classifier.dispose();
  return warnings;
}

it('says that a file computes in half precision, not that it keeps weights in it', async () => {
  const flat = node('Flatten', ['x'], 'flat', { axis: 1 });
  expect(await said([flat, node('MatMul', ['flat', 'weights'], 'out')], 'float16', 'float16')).toMatch(
    /computes in half precision \(float16\) and is computed in single precision here/,
  );
  const longer = node('Cast', ['weights'], 'longer', { to: 1 });
  expect(await said([flat, longer, node('MatMul', ['flat', 'longer'], 'out')], 'float', 'float')).not.toContain('half');
});

it("knows Keras's dtype policies", () => {
  const layer = (dtype: unknown) => ({ config: { layers: [{ class_name: 'Dense', config: { name: 'd', dtype } }] } });
  expect(halfPolicy(layer({ class_name: 'DTypePolicy', config: { name: 'mixed_float16' } }))).toBe('float16');
  expect(halfPolicy(layer('mixed_bfloat16'))).toBe('bfloat16');
  expect(halfPolicy(layer('float16'))).toBe('float16');
  expect(halfPolicy(layer('float32'))).toBeUndefined();
  expect(halfPolicy(layer({ class_name: 'DTypePolicy', config: { name: 'float32' } }))).toBeUndefined();
});
