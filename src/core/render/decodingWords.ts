import type { PictureDecoding, PictureOrientation } from '../result/record';

/** What a picture file holds: "PNG, 16-bit grey", "GIF, palette, 12 frames". */
export function storedWords({ format, bits, colours, alpha, frames }: PictureDecoding): string {
  const samples = colours === 'palette' ? 'palette' : `${bits}-bit ${colours}`;
  const opacity = alpha === undefined ? '' : ' with alpha';
  return `${format}, ${samples}${opacity}${frames === undefined ? '' : `, ${frames} ${partsOf(format)}`}`;
}

/** What was done to a picture on the way to 8 bits of grey or RGB, a phrase each; empty where the stored values were taken. */
export function decodingSteps(decoding: PictureDecoding): readonly string[] {
  const { format, orientation, bits, alpha, ignoredBands, profile, frames } = decoding;
  const steps: string[] = [];
  if (frames !== undefined) steps.push(`first of ${frames} ${partsOf(format)}`);
  if (orientation !== undefined) steps.push(orientationWords(orientation));
  const converted = conversionWords(decoding);
  if (converted !== undefined) steps.push(converted);
  else if (bits > 8) steps.push(`the high 8 of ${bits} bits kept`);
  if (ignoredBands !== undefined)
    steps.push(`${ignoredBands === 1 ? 'a band' : `${ignoredBands} bands`} of unstated meaning left out`);
  if (alpha !== undefined && alpha.least < 1) steps.push(`transparency laid on ${alpha.background}`);
  if (profile !== undefined && !profile.applied && !/srgb/i.test(profile.name))
    steps.push(`colour profile “${profile.name}” not applied`);
  return steps;
}

function partsOf(format: PictureDecoding['format']): string {
  return format === 'TIFF' ? 'pages' : 'frames';
}

function conversionWords({ colours, profile }: PictureDecoding): string | undefined {
  if (colours === 'Lab') return 'CIE L*a*b* converted to sRGB';
  if (colours !== 'CMYK') return undefined;
  return profile === undefined
    ? 'CMYK converted to sRGB by a common profile'
    : `CMYK converted to sRGB by its profile “${profile.name}”`;
}

const TURNS: Readonly<Record<number, string>> = {
  2: 'mirrored left to right',
  3: 'turned by 180°',
  4: 'mirrored top to bottom',
  5: 'mirrored at the main diagonal',
  6: 'turned by 90° clockwise',
  7: 'mirrored at the other diagonal',
  8: 'turned by 90° anticlockwise',
};

function orientationWords({ value, source }: PictureOrientation): string {
  return `${TURNS[value] ?? 'not turned'} (${source}${source === 'irot/imir' ? '' : ` orientation ${value}`})`;
}
