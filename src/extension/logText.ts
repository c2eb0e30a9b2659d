import type { ModelFacts, ResultRecord } from '../core/result/record';

export function describeModel({ name, path, format, engine, engineReason, input, hash }: ModelFacts): string {
  const size = `${input.height} × ${input.width} × ${input.channels}`;
  return `Model ${name} (${format}, input ${size}, SHA-256 ${hash.slice(0, 12)}) from ${path}; engine ${engine}: ${engineReason}`;
}

export function describeTimings(record: ResultRecord): string {
  const what = record.kind === 'attribution' ? record.method : record.attack;
  const { model, image, compute } = record.timings;
  const time = `model ${Math.round(model)} ms, image ${Math.round(image)} ms, computing ${Math.round(compute)} ms`;
  return `${what} of ${record.image.name} with ${record.model.name}: ${time}.`;
}
