/**
 * Draws the pictures of `samples/flowers`: a daisy, a dandelion, a sunflower and a tulip, for the bundled flowers model, whose
 * training pictures cannot be shipped. Seeded.
 *
 *     npx tsx scripts/drawFlowers.ts
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '../src/core/random';

const target = resolve(__dirname, '..', 'samples', 'flowers');
const SIDE = 256;
const GOLDEN_ANGLE = 2.39996;
const random = createRandom(12);

interface Colour {
  /** Degrees and percent: where it lies and how far it strays. */
  readonly hue: readonly [number, number];
  readonly saturation: readonly [number, number];
  readonly lightness: readonly [number, number];
}

interface Ring {
  readonly count: number;
  readonly inner: number;
  readonly length: number;
  readonly width: number;
  /** Degrees that a petal strays. */
  readonly jitter: number;
  readonly colour: Colour;
}

const CENTRE = { x: 128, y: 117 };
const white: Colour = { hue: [210, 30], saturation: [0, 18], lightness: [88, 11] };
const yellow: Colour = { hue: [42, 10], saturation: [88, 10], lightness: [48, 12] };
const lemon: Colour = { hue: [47, 8], saturation: [95, 0], lightness: [47, 12] };
const pollen: Colour = { hue: [38, 14], saturation: [90, 0], lightness: [40, 25] };
const seed: Colour = { hue: [22, 14], saturation: [60, 0], lightness: [12, 22] };

const flowers: Readonly<Record<string, () => string>> = {
  daisy: () =>
    meadow('#5d8a3a', '#1d3a16') +
    stem('#3f6b2a', 6) +
    petals({ count: 22, inner: 16, length: 62, width: 11, jitter: 8, colour: white }) +
    disc(22, '#ffe14a', '#d99a06', 160, pollen),
  dandelion: () =>
    meadow('#6f9a3f', '#26451a') +
    stem('#7d9a4a', 5) +
    [66, 48, 28]
      .map((length, ring) =>
        petals({ count: 60 - 12 * ring, inner: 6 - 2 * ring, length, width: 5, jitter: 10 + 5 * ring, colour: lemon }),
      )
      .join(''),
  sunflower: () =>
    meadow('#8fb7e0', '#3f6f2c') +
    stem('#4c7a2a', 10) +
    petals({ count: 26, inner: 34, length: 56, width: 13, jitter: 10, colour: yellow }) +
    petals({ count: 24, inner: 32, length: 46, width: 11, jitter: 12, colour: yellow }) +
    disc(42, '#3a2410', '#6b3f14', 320, seed),
  tulip: () =>
    meadow('#7fae5a', '#294d1d') +
    path('M 128 140 L 126 256', 'none', '#5c9440', 9) +
    path('M 126 256 Q 60 200 74 110 Q 100 190 126 240 Z', '#4f8a3c') +
    path('M 126 256 Q 190 210 186 130 Q 150 190 127 240 Z', '#5c9a44') +
    path('M 86 60 Q 74 130 104 150 Q 128 162 152 150 Q 182 130 170 60 Q 150 84 128 48 Q 106 84 86 60 Z', '#c8102e') +
    path('M 128 48 Q 100 100 112 154 Q 128 160 144 154 Q 156 100 128 48 Z', '#e5314a') +
    path('M 86 60 Q 96 110 112 152 Q 84 142 82 104 Z', '#a50d26') +
    path('M 170 60 Q 160 110 144 152 Q 172 142 174 104 Z', '#b3122c'),
};

/** What is behind: out of focus, with a little grain. */
function meadow(near: string, far: string): string {
  const leaves = Array.from({ length: 60 }, () => {
    const [x, y, turn] = [random() * SIDE, random() * SIDE, random() * 180];
    const fill = paint({ hue: [80, 50], saturation: [30, 40], lightness: [12, 30] });
    return `<ellipse cx="${x}" cy="${y}" rx="${10 + 40 * random()}" ry="${4 + 12 * random()}" fill="${fill}" transform="rotate(${turn} ${x} ${y})"/>`;
  });
  return `<defs>
      <radialGradient id="light" cx="40%" cy="30%"><stop offset="0" stop-color="${near}"/><stop offset="1" stop-color="${far}"/></radialGradient>
      <filter id="blur"><feGaussianBlur stdDeviation="7"/></filter>
      <filter id="grain"><feTurbulence type="fractalNoise" baseFrequency="0.09" numOctaves="3" seed="4"/>
        <feColorMatrix values="0 0 0 0 0  0 0 0 0 0.12  0 0 0 0 0  0 0 0 0.5 0"/></filter>
    </defs>
    <rect width="${SIDE}" height="${SIDE}" fill="url(#light)"/>
    <g filter="url(#blur)">${leaves.join('')}</g>
    <rect width="${SIDE}" height="${SIDE}" filter="url(#grain)" opacity="0.5"/>`;
}

function stem(colour: string, width: number): string {
  return path(`M ${CENTRE.x} ${CENTRE.y + 12} Q 138 200 124 256`, 'none', colour, width);
}

function petals({ count, inner, length, width, jitter, colour }: Ring): string {
  const { x, y } = CENTRE;
  const base = y - inner;
  return Array.from({ length: count }, (_, index) => {
    const turn = (360 * index) / count + (random() - 0.5) * jitter;
    const tip = base - length * (0.88 + 0.2 * random());
    const middle = (base + tip) / 2;
    const outline =
      `M ${x - width / 4} ${base} C ${x - width} ${middle} ${x - 0.6 * width} ${tip} ${x} ${tip} ` +
      `C ${x + 0.6 * width} ${tip} ${x + width} ${middle} ${x + width / 4} ${base} Z`;
    const crease = path(`M ${x} ${base} L ${x} ${base + 0.8 * (tip - base)}`, 'none', 'rgba(0,0,0,0.12)', 0.8);
    return `<g transform="rotate(${turn} ${x} ${y})">${path(outline, paint(colour), 'rgba(0,0,0,0.18)', 0.6)}${crease}</g>`;
  }).join('');
}

/** Florets in a spiral. */
function disc(radius: number, inside: string, outside: string, count: number, colour: Colour): string {
  const { x, y } = CENTRE;
  const dots = Array.from({ length: count }, (_, index) => {
    const [turn, reach] = [index * GOLDEN_ANGLE, 0.95 * radius * Math.sqrt(index / count)];
    const [left, top] = [x + reach * Math.cos(turn), y + reach * Math.sin(turn)];
    return `<circle cx="${left}" cy="${top}" r="${radius / 22}" fill="${paint(colour)}"/>`;
  });
  return `<defs><radialGradient id="disc"><stop offset="0" stop-color="${inside}"/><stop offset="1" stop-color="${outside}"/></radialGradient></defs>
    <circle cx="${x}" cy="${y}" r="${radius}" fill="url(#disc)"/>${dots.join('')}`;
}

function path(outline: string, fill: string, stroke = 'none', width = 0): string {
  return `<path d="${outline}" fill="${fill}" stroke="${stroke}" stroke-width="${width}"/>`;
}

function paint({ hue, saturation, lightness }: Colour): string {
  const draw = ([from, range]: readonly [number, number]): number => from + range * random();
  return `hsl(${draw(hue)}, ${draw(saturation)}%, ${draw(lightness)}%)`;
}

async function main(): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const [name, draw] of Object.entries(flowers)) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">${draw()}</svg>`;
    await sharp(Buffer.from(svg))
      .flatten()
      .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
      .toFile(join(target, `${name}.jpg`));
  }
}

void main();
