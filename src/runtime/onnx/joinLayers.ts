import type { LayerGradient } from '../../core/model/classifier';

/** A layer of the first `count` of `size` pictures. */
export function firstOf(layer: LayerGradient, count: number, size: number): LayerGradient {
  if (count === size) return layer;
  const first = (data: Float32Array): Float32Array => data.slice(0, (data.length / size) * count);
  return { ...layer, values: first(layer.values), gradient: first(layer.gradient) };
}

/** Layers of all pictures, from those of each chunk in their order. */
export function joinLayers(chunks: readonly (readonly LayerGradient[])[]): readonly LayerGradient[] {
  const [first = []] = chunks;
  if (chunks.length === 1) return first;
  return first.map((layer, index) => ({
    ...layer,
    values: joined(chunks.map((chunk) => chunk[index]!.values)),
    gradient: joined(chunks.map((chunk) => chunk[index]!.gradient)),
  }));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
