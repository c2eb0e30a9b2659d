import type { Picture } from '../../../src/core/image/pixels';
import { DEFAULT_TRAINING } from '../../../src/training/options';
import type { RunSource } from '../../../src/training/export/source';
import type { Frame } from '../../../src/training/frames/frames';
import type { RunRecord } from '../../../src/training/run/record';

export interface ScriptedRun {
  readonly steps: readonly number[];
  readonly names: readonly string[];
  readonly height?: number;
  readonly width?: number;
  readonly channels?: 1 | 3;
}

/** A run of known numbers: image i's loss gradient at step s is i + 1 at pixel s mod n and −1 at the next, 0 elsewhere. */
export function scriptedRun({ steps, names, height = 4, width = 5, channels = 1 }: ScriptedRun): RunSource {
  const pixels = height * width;
  const frameAt = (place: number): Frame => {
    const step = steps[place]!;
    return {
      step,
      images: names.map((_, image) => {
        const gradientXInput = new Uint8Array(pixels);
        const lossGradient = new Int8Array(pixels);
        gradientXInput[step % pixels] = 255;
        lossGradient[step % pixels] = 127;
        lossGradient[(step + 1) % pixels] = -127;
        return {
          predicted: image % 2,
          probability: 0.75,
          loss: 1 / (step + 1),
          gradientXInput,
          gradientXInputScale: 0.5,
          lossGradient,
          lossGradientScale: 0.01,
        };
      }),
    };
  };
  const map = (value: (index: number) => number) => ({
    data: Float32Array.from({ length: pixels * channels }, (_, index) => value(index)),
    height,
    width,
    channels,
  });
  return {
    contents: {
      folder: '/runs/scripted',
      record: recordOf({ steps, names, height, width, channels }),
      history: { loss: new Float32Array(0), accuracy: new Float32Array(0) },
      pictures: names.map((_, image): Picture => ({
        data: Uint8Array.from({ length: pixels * channels }, (_, index) => (40 * image + 10 * index) % 256),
        height,
        width,
        channels,
      })),
      frames: { size: { height, width }, steps },
      checkpoints: [],
      continuable: false,
    },
    frame: async (place) => frameAt(place),
    maps: async (image) => ({
      image,
      integrated: map((index) => index - 3 - image),
      integratedAbsolute: map((index) => index + image),
      count: steps.length,
      last: map((index) => index / 7 + image),
      lossCurve: new Float32Array(steps.length),
      rankCorrelation: new Float32Array(steps.length),
    }),
  };
}

function recordOf({ steps, names, height, width, channels }: Required<ScriptedRun>): RunRecord {
  return {
    kind: 'training',
    version: 1,
    id: '20260101T000000Z-00000000',
    name: 'scripted',
    created: '2026-01-01T00:00:00.000Z',
    status: 'finished',
    network: { source: 'scripted', summary: { name: 'scripted', layers: [], parameters: 0, trainableParameters: 0 } },
    dataset: {
      request: { path: '/data' },
      info: {
        name: 'data',
        path: '/data',
        format: 'folders',
        classes: ['boot', 'bag'],
        height,
        width,
        channels,
        trainCount: 1,
        testCount: 1,
        classCounts: [1, 0],
        testSource: 'own',
        unreadable: [],
        unreadableCount: 0,
        hash: '0',
        warnings: [],
      },
    },
    options: DEFAULT_TRAINING,
    engine: 'cpu',
    engineReason: 'Scripted.',
    watched: names.map((name) => ({ name, path: `/data/${name}`, hash: '0', label: 0, labelSource: 'user' })),
    step: steps.at(-1) ?? 0,
    steps: steps.at(-1) ?? 0,
    epochs: [],
    seconds: 1,
    warnings: [],
  };
}
