const NEW_SUBFILE_TYPE = 254;
const PHOTOMETRIC = 262;
const SUB_FILES = 330;
const DNG_VERSION = 50706;
const COLOR_FILTER_ARRAY = 32803;
const MOST_TAGS = 512;

/**
 * Whether a TIFF file is a camera's raw file (DNG, CR2, NEF, ARW): its first directory then describes a thumbnail,
 * which would be shown in place of the photograph. Source: TIFF 6.0, DNG 1.6.
 */
export function isCameraRaw(bytes: Uint8Array): boolean {
  if (bytes[8] === 0x43 && bytes[9] === 0x52) return true;
  const tags = firstDirectory(bytes);
  return (
    tags.has(DNG_VERSION) ||
    tags.get(PHOTOMETRIC) === COLOR_FILTER_ARRAY ||
    (tags.get(NEW_SUBFILE_TYPE) === 1 && tags.has(SUB_FILES))
  );
}

/** Tags of the first directory of a classic TIFF file with their first value, where that is a short or a long. */
function firstDirectory(bytes: Uint8Array): ReadonlyMap<number, number> {
  const tags = new Map<number, number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8 || view.getUint16(2, little) !== 42) return tags;
  const at = view.getUint32(4, little);
  if (at + 2 > bytes.length) return tags;
  const count = Math.min(view.getUint16(at, little), MOST_TAGS, Math.floor((bytes.length - at - 2) / 12));
  for (let i = 0; i < count; i++) {
    const entry = at + 2 + 12 * i;
    const short = view.getUint16(entry + 2, little) === 3;
    tags.set(
      view.getUint16(entry, little),
      short ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little),
    );
  }
  return tags;
}
