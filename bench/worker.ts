import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { PixelImage } from '../src/core/image/pixels';
import type { EngineId, ModelReference } from '../src/core/model/modelInfo';
import { loadClassifier } from '../src/core/runtime/loadClassifier';
import type { Timing } from './contender';
import { testImage } from './image';
import { prepareSession } from './preparation';
import { runTask, type Task } from './tasks';

/** What the process is told on its command line, as JSON. */
export interface WorkerOptions {
  readonly reference: ModelReference;
  readonly engine: EngineId;
  readonly threads: number;
  readonly tensorflowModule?: string;
}

const say = (reply: object): boolean => process.stdout.write(`${JSON.stringify(reply)}\n`);
const fail = (error: unknown): boolean => say({ error: error instanceof Error ? error.message : String(error) });

/** An engine of ours as a contender: loads a model, then runs tasks on a test image as it is asked. */
async function main(options: WorkerOptions): Promise<void> {
  const { reference, ...how } = options;
  const begin = performance.now();
  const classifier = await loadClassifier(reference, how);
  const { input } = classifier.info;
  say({ loadMs: performance.now() - begin, version: process.version, input });
  const image: PixelImage = testImage(input);
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, output } = JSON.parse(line) as { task: Task | 'prepare'; output?: string };
    try {
      if (task === 'prepare') {
        say(await prepareSession(reference, options.threads));
        continue;
      }
      const start = performance.now();
      const map = await runTask(task, classifier, image);
      const ms = performance.now() - start;
      if (output !== undefined) writeFileSync(output, new Uint8Array(map.buffer, map.byteOffset, map.byteLength));
      say({ ms, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies Timing);
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
