import { kindOf } from '../core/result/kinds';
import type { ResultRecord } from '../core/result/kinds';
import type { ModelFacts } from '../core/result/record';

export function describeModel({ name, path, format, engine, engineReason, input, hash }: ModelFacts): string {
  const size = `${input.height} × ${input.width} × ${input.channels}`;
  return `Model ${name} (${format}, input ${size}, SHA-256 ${hash.slice(0, 12)}) from ${path}; engine ${engine}: ${engineReason}`;
}

export function describeTimings(record: ResultRecord): string {
  const what = kindOf(record).methodOf(record);
  const { model, image, compute } = record.timings;
  const time = `model ${Math.round(model)} ms, image ${Math.round(image)} ms, computing ${Math.round(compute)} ms`;
  return `${what} of ${record.image.name} with ${record.model.name}: ${time}.`;
}
