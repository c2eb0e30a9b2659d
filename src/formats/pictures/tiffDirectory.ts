/** The first values of each tag of a TIFF directory. */
export type TiffTags = ReadonlyMap<number, readonly number[]>;

const MOST_TAGS = 512;
const MOST_VALUES = 16;

const SHORT = 3;
const RATIONAL = 5;
const BYTES_OF_TYPE: Readonly<Record<number, number>> = { 1: 1, [SHORT]: 2, 4: 4, [RATIONAL]: 8, 16: 8 };

/**
 * Tags of the first directory of a TIFF file, classic or BigTIFF, and of EXIF data, which has the same form: bytes, shorts, longs and
 * rationals, at most 16 values of each. Tags of other types, and those whose values lie outside `bytes`, have no values.
 * Empty where `bytes` hold no directory. Source: TIFF 6.0; the BigTIFF proposal.
 */
export function readTiffTags(bytes: Uint8Array): TiffTags {
  const tags = new Map<number, readonly number[]>();
  const layout = layoutOf(bytes);
  if (layout === undefined) return tags;
  for (let i = 0; i < layout.count; i++) {
    const entry = layout.first + layout.entryBytes * i;
    const tag = layout.short(entry);
    if (!tags.has(tag)) tags.set(tag, valuesOf(layout, entry));
  }
  return tags;
}

/** Where the values of a tag of the first directory lie in the file: `count` values of `width` bytes; undefined where it has none. */
export function locateTiffTag(
  bytes: Uint8Array,
  tag: number,
): { readonly at: number; readonly count: number; readonly width: number; readonly little: boolean } | undefined {
  const layout = layoutOf(bytes);
  if (layout === undefined) return undefined;
  for (let i = 0; i < layout.count; i++) {
    const entry = layout.first + layout.entryBytes * i;
    if (layout.short(entry) !== tag) continue;
    const place = placeOf(layout, entry);
    return place === undefined ? undefined : { ...place, little: layout.little };
  }
  return undefined;
}

interface Layout {
  readonly view: DataView;
  readonly little: boolean;
  readonly big: boolean;
  /** Where the first entry lies, how many follow, and their size. */
  readonly first: number;
  readonly count: number;
  readonly entryBytes: 12 | 20;
  readonly short: (at: number) => number;
  /** An offset or a count: 4 bytes, 8 in BigTIFF. */
  readonly size: (at: number) => number;
}

function layoutOf(bytes: Uint8Array): Layout | undefined {
  const little = bytes[0] === 0x49 && bytes[1] === 0x49;
  if (bytes.length < 16 || (!little && (bytes[0] !== 0x4d || bytes[1] !== 0x4d))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(2, little);
  if (version !== 42 && version !== 43) return undefined;
  const big = version === 43;
  const short = (at: number) => view.getUint16(at, little);
  const size = (at: number) => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const at = size(big ? 8 : 4);
  const first = at + (big ? 8 : 2);
  if (first > bytes.length) return undefined;
  const entryBytes = big ? 20 : 12;
  const declared = big ? size(at) : short(at);
  const count = Math.min(declared, MOST_TAGS, Math.floor((bytes.length - first) / entryBytes));
  return { view, little, big, first, count, entryBytes, short, size };
}

function placeOf(layout: Layout, entry: number): { at: number; count: number; width: number } | undefined {
  const { view, big, short, size } = layout;
  const width = BYTES_OF_TYPE[short(entry + 2)];
  if (width === undefined) return undefined;
  const count = size(entry + 4);
  const field = entry + (big ? 12 : 8);
  const at = count * width <= (big ? 8 : 4) ? field : size(field);
  return at + count * width <= view.byteLength ? { at, count, width } : undefined;
}

function valuesOf(layout: Layout, entry: number): readonly number[] {
  const place = placeOf(layout, entry);
  if (place === undefined) return [];
  const { view, little } = layout;
  const type = layout.short(entry + 2);
  return Array.from({ length: Math.min(place.count, MOST_VALUES) }, (_, index) => {
    const at = place.at + index * place.width;
    if (type === RATIONAL) return view.getUint32(at, little) / view.getUint32(at + 4, little);
    if (place.width === 1) return view.getUint8(at);
    if (place.width === 2) return view.getUint16(at, little);
    return place.width === 4 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little));
  });
}
