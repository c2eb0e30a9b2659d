import type { NumberReader } from '../../../formats/npy/npyNumbers';
import type { Picture } from '../../../core/image/pixels';
import type { PictureSource, StoredShape } from '../source';
import type { ByteSource } from './bytes';

/** Pictures of one size, one after the other in a file. */
export interface PictureRecords {
  readonly bytes: ByteSource;
  /** Where the first picture's values begin, and from one picture to the next. */
  readonly offset: number;
  readonly stride: number;
  readonly count: number;
  readonly shape: RecordShape;
  /** Absent: bytes 0 … 255. Else real numbers, white at `white`. */
  readonly numbers?: { readonly reader: NumberReader; readonly white: number };
}

export interface RecordShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly layout: 'hwc' | 'chw';
}

/** A part of a data set whose pictures lie in one file or several; `name` is what pictures are called, with their number. */
export function packedSource(name: string, files: readonly PictureRecords[], labels: Uint16Array): PictureSource {
  const starts: number[] = [];
  let count = 0;
  for (const file of files) {
    starts.push(count);
    count += file.count;
  }
  const locate = (index: number): [PictureRecords, number] => {
    const file = starts.findLastIndex((start) => start <= index);
    return [files[file]!, index - starts[file]!];
  };
  return {
    count,
    labels,
    cheap: true,
    async picture(index) {
      const [file, at] = locate(index);
      const bytes = await readRecord(file, at);
      if (file.numbers === undefined) return bytePicture(bytes, file.shape);
      const values = new Float32Array(valuesOf(file));
      toUnit(bytes, file, values, 0);
      const { height, width, channels } = file.shape;
      return { data: Uint8Array.from(values, (value) => Math.round(255 * value)), height, width, channels };
    },
    ...(files.some(({ numbers }) => numbers !== undefined) && {
      async values(index: number, { height, width, channels }: StoredShape, target: Float32Array, offset: number) {
        const [file, at] = locate(index);
        const { shape, numbers } = file;
        if (numbers === undefined || shape.height !== height || shape.width !== width || shape.channels !== channels)
          return false;
        toUnit(await readRecord(file, at), file, target, offset);
        return true;
      },
    }),
    nameOf: (index) => ({ name: `${name} ${index}` }),
  };
}

function valuesOf({ shape }: PictureRecords): number {
  return shape.height * shape.width * shape.channels;
}

function readRecord(file: PictureRecords, at: number): Promise<Uint8Array> {
  return file.bytes.read(file.offset + at * file.stride, valuesOf(file) * (file.numbers?.reader.size ?? 1));
}

function bytePicture(bytes: Uint8Array, { height, width, channels, layout }: RecordShape): Picture {
  if (layout === 'hwc' || channels === 1) return { data: bytes, height, width, channels };
  const data = new Uint8Array(bytes.length);
  const area = height * width;
  for (let pixel = 0; pixel < area; pixel++)
    for (let channel = 0; channel < channels; channel++)
      data[pixel * channels + channel] = bytes[channel * area + pixel]!;
  return { data, height, width, channels };
}

/** Real numbers as H × W × C in [0, 1]. */
function toUnit(bytes: Uint8Array, file: PictureRecords, target: Float32Array, offset: number): void {
  const { shape, numbers } = file;
  if (numbers === undefined) return;
  const { channels, layout } = shape;
  const area = shape.height * shape.width;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < area * channels; i++) {
    const to = layout === 'hwc' ? i : (i % area) * channels + Math.floor(i / area);
    target[offset + to] = numbers.reader.read(view, i * numbers.reader.size) / numbers.white;
  }
}
