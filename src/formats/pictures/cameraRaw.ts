import { readTiffTags } from './tiffDirectory';

const NEW_SUBFILE_TYPE = 254;
const PHOTOMETRIC = 262;
const SUB_FILES = 330;
const DNG_VERSION = 50706;
const COLOR_FILTER_ARRAY = 32803;

/**
 * Whether a TIFF file is a camera's raw file (DNG, CR2, NEF, ARW): its first directory then describes a thumbnail,
 * which would be shown in place of the photograph. Source: TIFF 6.0, DNG 1.6.
 */
export function isCameraRaw(bytes: Uint8Array): boolean {
  if (bytes[8] === 0x43 && bytes[9] === 0x52) return true;
  const tags = readTiffTags(bytes);
  return (
    tags.has(DNG_VERSION) ||
    tags.get(PHOTOMETRIC)?.[0] === COLOR_FILTER_ARRAY ||
    (tags.get(NEW_SUBFILE_TYPE)?.[0] === 1 && tags.has(SUB_FILES))
  );
}
