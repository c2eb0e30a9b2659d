import type sharp from 'sharp';

export type Sharp = typeof sharp;

let loading: Promise<Sharp> | undefined;

/** The image library, loaded on first use; only the loaders that we need may run. */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: library }) => {
    library.cache(false);
    // Decoding is sequential; more threads only cost memory.
    library.concurrency(2);
    library.block({ operation: ['VipsForeignLoad'] });
    library.unblock({ operation: LOADERS });
    return library;
  });
  return loading;
}

/** SVG is for what we draw ourselves: `sniffPicture` keeps foreign SVG out. */
const LOADERS = [
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadHeifBuffer',
  'VipsForeignLoadTiffBuffer',
  'VipsForeignLoadSvgBuffer',
];
