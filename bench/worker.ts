import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { PixelImage } from '../src/core/image/pixels';
import type { EngineChoice, ModelReference } from '../src/core/model/modelInfo';
import { loadClassifier } from '../src/runtime/loadClassifier';
import type { Ready, Timing } from './contender';
import { testImage } from './image';
import { peakBytes } from './memory';
import type { Task } from './taskNames';
import { runTask } from './tasks';

/** What the process is told on its command line, as JSON. */
export interface WorkerOptions {
  readonly reference: ModelReference;
  readonly engine: EngineChoice;
  readonly threads: number;
  readonly tensorflowModule?: string;
}

const say = (reply: object): boolean => process.stdout.write(`${JSON.stringify(reply)}\n`);
const fail = (error: unknown): boolean => say({ error: error instanceof Error ? error.message : String(error) });

/** The product as a contender: loads a model, then runs tasks on a test image as it is asked. */
async function main(options: WorkerOptions): Promise<void> {
  const { reference, ...how } = options;
  const classifier = await loadClassifier(reference, how);
  const loadMs = performance.now() - performance.nodeTiming.bootstrapComplete;
  const { input, engine } = classifier.info;
  const image: PixelImage = testImage(input);
  say({ loadMs, version: process.version, input, engine } satisfies Ready);
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, output } = JSON.parse(line) as { task: Task; output?: string };
    try {
      const start = performance.now();
      const map = await runTask(task, classifier, image);
      const ms = performance.now() - start;
      if (output !== undefined) writeFileSync(output, new Uint8Array(map.buffer, map.byteOffset, map.byteLength));
      say({ ms, peakBytes: peakBytes() } satisfies Timing);
    } catch (error) {
      fail(error);
    }
  }
  await classifier.dispose();
}

main(JSON.parse(process.argv[2]!) as WorkerOptions).catch((error: unknown) => {
  fail(error);
  process.exitCode = 1;
});
