import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { handMadeGraph } from './graphSupport';
import { load, makeFolder, removeFolders } from './support';

afterAll(removeFolders);

const HINTED = '# of insects\nant\nbee\ncicada\n';

async function modelOf(classes: number, labels: string): Promise<string> {
  const { json, bytes } = handMadeGraph(
    [2, 2, 1],
    {
      shape: { shape: [2], values: [-1, 4], integer: true },
      weights: { shape: [4, classes], values: Array.from({ length: 4 * classes }, (_, at) => at / 7) },
    },
    [
      { name: 'flat', op: 'Reshape', input: ['image', 'shape'] },
      { name: 'out', op: 'MatMul', input: ['flat', 'weights'] },
    ],
  );
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'model.json'), JSON.stringify(json));
  await writeFile(path.join(folder, 'weights.bin'), bytes);
  await writeFile(path.join(folder, 'labels.txt'), labels);
  return folder;
}

it('lines that begin with # are comments where just then every class has a name', async () => {
  const three = await load(await modelOf(3, HINTED), 'onnx');
  expect(three.info.classes).toEqual(['ant', 'bee', 'cicada']);
  expect(three.info.warnings).toContain('A line of labels.txt that begins with # is left out.');
  await three.dispose();
  const four = await load(await modelOf(4, HINTED), 'onnx');
  expect(four.info.classes).toEqual(['# of insects', 'ant', 'bee', 'cicada']);
  await four.dispose();
  await expect(load(await modelOf(5, HINTED), 'onnx')).rejects.toMatchObject({ code: 'model-spec' });
});

it('an empty line between names is a class without one, which is said, or refused', async () => {
  const three = await load(await modelOf(3, 'ant\n\nbee\n'), 'onnx');
  expect(three.info.classes).toEqual(['ant', 'class 1', 'bee']);
  expect(three.info.warnings.join()).toContain('has no name for the class 1');
  await three.dispose();
  await expect(load(await modelOf(2, 'ant\n\nbee\n'), 'onnx')).rejects.toMatchObject({ code: 'model-spec' });
});
