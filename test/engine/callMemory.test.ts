import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_MEMORY } from '../../src/core/method/context';
import type { JobProgress } from '../../src/engine/calls/service';
import { callMemory } from '../../src/engine/usecases/callMemory';
import { createService } from '../../src/engine/usecases/localService';

const root = path.resolve(import.meta.dirname, '../..');
const picture = { path: path.join(root, 'samples', 'sneaker.png') };
const model = { path: path.join(root, 'media', 'models', 'fashion-mnist') };
const PICTURE_BYTES = 28 * 28 * Float32Array.BYTES_PER_ELEMENT;

describe('the memory that the images of one call may take', () => {
  it('is a sixteenth of the heap that the process was given, and never more than is of use', () => {
    expect(callMemory(512 * 1024 ** 2)).toBe(32 * 1024 ** 2);
    expect(callMemory(64 * 1024 ** 3)).toBe(DEFAULT_MEMORY);
    expect(callMemory()).toBeGreaterThan(0);
    expect(callMemory()).toBeLessThanOrEqual(DEFAULT_MEMORY);
  });

  const services = [undefined, 5 * PICTURE_BYTES].map((memory) =>
    createService(memory === undefined ? {} : { memory }),
  );
  afterAll(async () => {
    for (const service of services) await service.dispose();
  });

  it('reaches the calls of a method', async () => {
    const [free, small] = await Promise.all(
      services.map(async (service) => {
        const reports: number[] = [];
        const progress = ({ stage, done }: JobProgress): void => {
          if (stage === 'compute') reports.push(done);
        };
        const parameters = { samples: 20 };
        const request = { model, image: picture, method: 'smooth-grad', parameters, engine: 'onnx' } as const;
        const { map } = await service.attribute(request, { progress });
        return { reports, map };
      }),
    );
    const steps = ({ reports }: { readonly reports: readonly number[] }): number[] =>
      reports.filter((done) => done > 0).map((done, index, all) => done - (all[index - 1] ?? 0));
    expect(Math.max(...steps(free!))).toBe(21);
    expect(Math.max(...steps(small!))).toBe(5);
    const scale = Math.max(...free!.map.data.map(Math.abs));
    free!.map.data.forEach((value, at) => expect(Math.abs(value - small!.map.data[at]!)).toBeLessThan(1e-5 * scale));
  });
});
