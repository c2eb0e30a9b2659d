import type { PixelImage, RawMap } from '../../core/image/pixels';
import { decodeNpy, encodeNpy } from '../../formats/npy/npy';
import type { AttackResult, AttributionResult } from '../../engine/calls/service';
import { UserError } from '../../core/errors';
import type { ResultRecord } from '../../core/result/record';
import { resultRecord } from '../../core/result/record';
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

/** `kind` by what only one of the two has: the record carries it, one level down. */
export function isAttack(result: Result): result is AttackResult {
  return result.record.kind === 'attack';
}

/** The files of one result, by name. Arrays are float32 NPY, height × width × channels. */
export function filesOf(result: Result): ReadonlyMap<string, Uint8Array> {
  const { record, picture, classNames, input } = result;
  const files = new Map<string, Uint8Array>([
    [RECORD_FILE, jsonBytes(record)],
    [SIDE_FILE, jsonBytes({ version: 1, picture: { width: picture.width, height: picture.height }, classNames })],
    [PICTURE_FILE, picture.png],
    ['input.npy', npyOf(input)],
  ]);
  if (isAttack(result)) {
    files.set('perturbation.npy', npyOf(result.perturbation));
    files.set('adversarial.npy', npyOf(result.adversarial));
  } else {
    files.set('map.npy', npyOf(result.map));
  }
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
    const { channels } = record.model.input;
    const mapOf = async (
      name: string,
      { height, width }: Pick<RawMap, 'height' | 'width'>,
      allowed: readonly number[],
    ): Promise<RawMap> => {
      const { data, shape } = decodeNpy(await read(name), name);
      const found = allowed.find((channels) => shape.join() === [height, width, channels].join());
      if (found === undefined) throw new TypeError(`${name}: shape ${shape.join(' × ')}`);
      return { data, height, width, channels: found };
    };
    const array = async (name: string): Promise<PixelImage> => ({
      ...(await mapOf(name, record.model.input, [channels])),
      channels,
    });
    const common = {
      picture: { png: new Uint8Array(await read(PICTURE_FILE)), ...side.picture },
      classNames: side.classNames,
      input: await array('input.npy'),
    };
    if (record.kind === 'attribution') {
      const { layer } = record;
      // One value a place of a layer; elsewhere one a channel, or one for all of them.
      const allowed = layer === undefined ? [channels, 1] : [1];
      return { ...common, record, map: await mapOf('map.npy', layer ?? record.model.input, allowed) };
    }
    const perturbation = await array('perturbation.npy');
    return { ...common, record, perturbation, adversarial: await array('adversarial.npy') };
  } catch (error) {
    throw new UserError(
      'file-missing',
      `This result cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      'Delete it from the list of results and compute it again.',
    );
  }
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
