import { throwIfCancelled } from '../../../core/errors';
import { unreadable } from '../failures';
import { MOST_PICTURES } from '../source';
import { chunksOf, keptInMemory, section } from './bytes';
import type { OpenArray } from './npyArrays';
import type { PackedOptions } from './openPacked';
import type { PictureRecords } from './records';
import { shapeOf } from './shape';

/**
 * Pictures from an array of n × H × W, n × H × W × C or n × C × H × W; of numbers other than unsigned bytes, white is not known yet.
 * Throws `UserError('dataset-unreadable')` for other shapes.
 */
export async function imagesOf(array: OpenArray, options: PackedOptions): Promise<PictureRecords> {
  const { name, header } = array;
  const [count = 0, ...sides] = header.shape;
  const shape = shapeOf(sides);
  if (shape === undefined || count > MOST_PICTURES)
    throw unreadable(
      `The images in "${name}" have the shape ${header.shape.join(' × ') || 'of a single number'}.`,
      'Save them as n × height × width or n × height × width × channels, with 1 or 3 channels.',
    );
  if (header.fortranOrder)
    throw unreadable(`The images in "${name}" are in Fortran order.`, 'Save numpy.ascontiguousarray(images).');
  const bytes = await keptInMemory(array.bytes, options.memoryBytes);
  const stride = shape.height * shape.width * shape.channels * header.reader.size;
  const records: PictureRecords = { bytes, offset: header.offset, stride, count, shape };
  return header.type.endsWith('u1') ? records : { ...records, numbers: { reader: header.reader, white: 1 } };
}

/** Where white is, found from all values of all parts: 1 or 255. Throws `UserError('dataset-unreadable')` for other ranges. */
export async function withWhite(
  parts: readonly PictureRecords[],
  { signal, progress }: PackedOptions,
): Promise<{ parts: readonly PictureRecords[]; warnings: readonly string[] }> {
  if (parts.every(({ numbers }) => numbers === undefined)) return { parts, warnings: [] };
  const total = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let low = Infinity;
  let high = -Infinity;
  let done = 0;
  for (const { bytes, offset, numbers } of parts) {
    if (numbers === undefined) continue;
    const { size, read } = numbers.reader;
    const values = section(bytes, offset, bytes.length - offset);
    for await (const { chunk } of chunksOf(values)) {
      throwIfCancelled(signal);
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      for (let at = 0; at < chunk.length; at += size) {
        const value = read(view, at);
        if (value < low) low = value;
        if (value > high) high = value;
        if (!Number.isFinite(value)) throw outOfRange('a value that is not finite');
      }
      done += chunk.length;
      progress?.(done, total);
    }
  }
  if (low < 0 || high > 255) throw outOfRange(`values from ${shortly(low)} to ${shortly(high)}`);
  const white = high <= 1 ? 1 : 255;
  return {
    parts: parts.map((part) => (part.numbers === undefined ? part : { ...part, numbers: { ...part.numbers, white } })),
    warnings: [`The images hold values from ${shortly(low)} to ${shortly(high)}: ${white} was taken for white.`],
  };
}

function outOfRange(what: string) {
  return unreadable(
    `The images hold ${what}.`,
    'Save pixels from 0 to 1 or from 0 to 255; networks do their own scaling.',
  );
}

function shortly(value: number): string {
  return String(Number(value.toPrecision(4)));
}
