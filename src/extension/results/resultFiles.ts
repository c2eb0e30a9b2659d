import type { PixelImage, RawMap } from '../../core/image/pixels';
import { decodeNpy, encodeNpy } from '../../formats/npy/npy';
import type { AttackResult, AttributionResult } from '../../engine/calls/service';
import { UserError } from '../../core/errors';
import type { ResultRecord } from '../../core/result/kinds';
import { kindOf, resultRecord } from '../../core/result/kinds';
import type { ArrayShape, ResultArray } from '../../core/result/kinds/kind';
import { inputShape } from '../../core/result/kinds/kind';
import { list, literal, object, text } from '../../core/schema/kinds';
import { whole } from '../../core/schema/numbers';
import { read as readAs } from '../../core/schema/schema';

/** A result with its arrays, as the engine returned it. */
export type Result = AttributionResult | AttackResult;

export const RECORD_FILE = 'record.json';
const SIDE_FILE = 'display.json';
const PICTURE_FILE = 'picture.png';

/** What display needs besides the record and the arrays. */
const sideFile = object({
  version: literal(1),
  picture: object({ width: whole(1, 1e6), height: whole(1, 1e6) }),
  classNames: list(text(), 1e7),
});

const INPUT: ResultArray<ResultRecord> = { file: 'input.npy', shape: inputShape };

/** One of the arrays that the result's kind names. Throws if it has none of that name. */
export function arrayOf(result: Result, property: string): PixelImage {
  const array = (result as unknown as Readonly<Record<string, PixelImage | undefined>>)[property];
  if (array === undefined) throw new TypeError(`A result of the kind ${result.record.kind} has no ${property}`);
  return array;
}

/** The files of one result, by name. Arrays are float32 NPY, height × width × channels. */
export function filesOf(result: Result): ReadonlyMap<string, Uint8Array> {
  const { record, picture, classNames, input } = result;
  const files = new Map<string, Uint8Array>([
    [RECORD_FILE, jsonBytes(record)],
    [SIDE_FILE, jsonBytes({ version: 1, picture: { width: picture.width, height: picture.height }, classNames })],
    [PICTURE_FILE, picture.png],
    [INPUT.file, npyOf(input)],
  ]);
  for (const [property, { file }] of Object.entries(kindOf(record).arrays))
    files.set(file, npyOf(arrayOf(result, property)));
  return files;
}

export function npyOf({ data, height, width, channels }: RawMap): Uint8Array {
  return encodeNpy(data, [height, width, channels]);
}

/** Reads `record.json`. Throws if it is no record. */
export function parseRecord(bytes: Uint8Array): ResultRecord {
  return readAs(resultRecord, parseJson(bytes));
}

/** The result in the folder that `read` reads files of. Throws `UserError('file-missing')` for a damaged one. */
export async function resultFrom(read: (name: string) => Promise<Uint8Array>): Promise<Result> {
  try {
    const record = parseRecord(await read(RECORD_FILE));
    const side = readAs(sideFile, parseJson(await read(SIDE_FILE)));
    const array = async (file: string, { height, width, channels }: ArrayShape, mayBeFlat = false): Promise<RawMap> => {
      const { data, shape } = decodeNpy(await read(file), file);
      const allowed = mayBeFlat ? [channels, 1] : [channels];
      const found = allowed.find((each) => shape.join() === [height, width, each].join());
      if (found === undefined) throw new TypeError(`${file}: shape ${shape.join(' × ')}`);
      return { data, height, width, channels: found };
    };
    const { arrays } = kindOf(record);
    const wanted = Object.entries({ input: INPUT, ...arrays });
    const values: Record<string, RawMap> = {};
    for (const [property, { file, shape, mayBeFlat }] of wanted)
      values[property] = await array(file, shape(record), mayBeFlat);
    return {
      picture: { png: new Uint8Array(await read(PICTURE_FILE)), ...side.picture },
      classNames: side.classNames,
      record,
      ...values,
    } as unknown as Result;
  } catch (error) {
    if (isMissing(error))
      throw new UserError(
        'file-missing',
        'This result, or a part of it, is no longer there.',
        'It was deleted. Open its picture and choose Show Attribution to compute it again.',
      );
    throw new UserError(
      'file-missing',
      `This result cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      'Delete it from the list of results and compute it again.',
    );
  }
}

/** Of Node's files and of the editor's. */
function isMissing(error: unknown): boolean {
  const code: unknown = (error as { readonly code?: unknown } | undefined)?.code;
  return code === 'ENOENT' || code === 'FileNotFound';
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
