import { loadClassifier } from '../src/core/runtime/loadClassifier';
import { benchModels } from './models';
import { testImage } from './image';
import { runTask } from './tasks';
import { checkImages } from '../src/core/model/checkImages';
import { createPreprocessing } from '../src/core/model/preprocessing';
import { batchOf } from '../src/core/image/pixels';
void (async () => {
  const [m] = benchModels('/tmp/graph', '/tmp/prof-e', [], ['mobilenet-v2-like']);
  const c = await loadClassifier(m!.onnx, { engine: 'onnx', threads: 2 });
  const image = testImage(c.info.input); const b = batchOf(image);
  const p = createPreprocessing(c.info.input, 'nchw');
  const med = async (n: string, f: () => unknown) => { const t = []; for (let i = 0; i < 40; i++) { const s = performance.now(); await f(); t.push(performance.now() - s); } t.sort((a, b) => a - b); console.log(n, 'min', t[0]!.toFixed(2), 'med', t[20]!.toFixed(2)); };
  for (let k = 0; k < 2; k++) {
  await med('task', () => runTask('gradient', c, image));
  await med('check', () => checkImages(b, c.info.input));
  await med('toModel', () => p.toModel(b));
  const g = new Float32Array(b.data.length);
  await med('toPixels', () => p.toPixels(b.data, 1, g, 0));
  }
})();
