import type { LabSamples } from './tiffSamples';

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

/** Cone responses after Bradford. */
const BRADFORD: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];
const FROM_BRADFORD: Matrix = [
  [0.9869929, -0.1470543, 0.1599627],
  [0.4323053, 0.5183603, 0.0492912],
  [-0.0085287, 0.0400428, 0.9684867],
];
/** Linear sRGB of XYZ relative to D65. */
const TO_SRGB: Matrix = [
  [3.2404542, -1.5371385, -0.4985314],
  [-0.969266, 1.8760108, 0.041556],
  [0.0556434, -0.2040259, 1.0572252],
];
/** XYZ of the white points, Y = 1: of ICC's connection space, and of sRGB. */
const D50: Vector = [0.9642, 1, 0.8249];
const D65: Vector = [0.95047, 1, 1.08883];

/**
 * CIE L*a*b* samples, `bands` a pixel, as sRGB of 8 bits; bands after the colours keep their high byte. Colours are relative to the
 * file's white (D50 unless it states one), which becomes white; what sRGB does not reach is clipped.
 * XYZ = white · f⁻¹((L* + 16)/116 + (a* · 0.002, 0, −b* · 0.005)), adapted to D65 after Bradford, then IEC 61966-2-1.
 * Sources: CIE 15:2004, 8.2.1; ICC.1:2022, annex E; Lindbloom's matrices.
 */
export function labToSrgb(
  samples: Uint8Array | Uint16Array,
  bands: number,
  { bits, signed, white }: LabSamples,
): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(samples.length);
  const lightness = bits === 8 ? 100 / 255 : signed ? 100 / 65535 : 100 / 65280;
  const chroma = chromaReader(bits, signed);
  const reference: Vector = white === undefined ? D50 : [white[0] / white[1], 1, (1 - white[0] - white[1]) / white[1]];
  const matrix = multiply(TO_SRGB, adaptation(reference, D65));
  for (let from = 0; from < data.length; from += bands) {
    const y = (samples[from]! * lightness + 16) / 116;
    const xyz: Vector = [
      reference[0] * cubed(y + chroma(samples[from + 1]!) / 500),
      reference[1] * cubed(y),
      reference[2] * cubed(y - chroma(samples[from + 2]!) / 200),
    ];
    matrix.forEach((row, channel) => (data[from + channel] = encodeSrgb(dot(row, xyz))));
    for (let band = 3; band < bands; band++) data[from + band] = samples[from + band]! >> (bits - 8);
  }
  return data;
}

/** a* or b* of a stored sample. */
function chromaReader(bits: 8 | 16, signed: boolean): (sample: number) => number {
  if (bits === 8) return signed ? (sample) => (sample << 24) >> 24 : (sample) => sample - 128;
  return signed ? (sample) => ((sample << 16) >> 16) / 256 : (sample) => sample / 256 - 128;
}

function cubed(t: number): number {
  return t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29);
}

function encodeSrgb(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

function adaptation(from: Vector, to: Vector): Matrix {
  const scale = BRADFORD.map((row) => dot(row, to) / dot(row, from));
  const scaled = BRADFORD.map((row, i) => row.map((value) => value * scale[i]!));
  return multiply(FROM_BRADFORD, scaled as unknown as Matrix);
}

function multiply(a: Matrix, b: Matrix): Matrix {
  const column = (j: 0 | 1 | 2): Vector => [b[0][j], b[1][j], b[2][j]];
  const row = (of: Vector): Vector => [dot(of, column(0)), dot(of, column(1)), dot(of, column(2))];
  return [row(a[0]), row(a[1]), row(a[2])];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
