import { FONT_METRICS, glyphOf, hasGlyph, markOf, SIDE_SPACE } from './strokeFont';

export interface TextStyle {
  /** Height of a capital letter in pixels. */
  readonly capitalHeight: number;
  /** Pen width in units of the capital height. */
  readonly weight: number;
  readonly color: string;
}

/** One line of text as drawn strokes: no font of the machine is used, so every machine draws the same picture. */
export interface StrokeText {
  readonly width: number;
  /** SVG elements with the text's left end at (x, baseline). */
  readonly draw: (x: number, baseline: number) => string;
}

/** Lays out a line of text; characters outside the drawn font show as boxes. */
export function strokeText(text: string, style: TextStyle): StrokeText {
  const scale = style.capitalHeight / FONT_METRICS.capital;
  const { paths, advance } = layOut(text);
  return {
    width: Math.max(0, advance - SIDE_SPACE) * scale,
    draw: (x, baseline) => {
      const glyphs = paths.map(({ left, top, size, path }) => {
        const place = `translate(${left.toFixed(2)} ${top})` + (size === 1 ? '' : ` scale(${size})`);
        return `<path transform="${place}" d="${path}"/>`;
      });
      const pen = `fill="none" stroke="${style.color}" stroke-width="${(style.weight * FONT_METRICS.capital).toFixed(2)}"`;
      const place = `translate(${x.toFixed(2)} ${baseline.toFixed(2)}) scale(${scale.toFixed(4)})`;
      return `<g transform="${place}" ${pen} stroke-linecap="round" stroke-linejoin="round">${glyphs.join('')}</g>`;
    },
  };
}

/** The longest beginning of `text` that fits in `width` pixels, with an ellipsis where it is not all of it. */
export function shortenToFit(text: string, width: number, style: TextStyle): string {
  if (strokeText(text, style).width <= width) return text;
  const characters = Array.from(text).slice(0, MOST_CHARACTERS);
  let low = 0;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (strokeText(characters.slice(0, middle).join('') + '…', style).width <= width) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('').trimEnd() + '…';
}

interface PlacedPath {
  readonly left: number;
  readonly top: number;
  readonly size: number;
  readonly path: string;
}

/** Longer lines are cut: no caption needs them, and a model's class names are not ours to trust. */
const MOST_CHARACTERS = 500;
const INDEX_SIZE = 0.65;

function layOut(text: string): { paths: PlacedPath[]; advance: number } {
  const paths: PlacedPath[] = [];
  let advance = 0;
  for (const character of Array.from(text.normalize('NFC').replace(/\s/g, ' ')).slice(0, MOST_CHARACTERS)) {
    const [letter = ' ', ...marks] = hasGlyph(character) ? [character] : Array.from(character.normalize('NFD'));
    const drawn = marks.map(markOf).filter((path) => path !== undefined);
    const place = placeOf(letter);
    const glyph = glyphOf(letter === 'i' && drawn.length > 0 ? 'ı' : place.letter);
    if (glyph.path !== '') paths.push({ left: advance, top: place.top, size: place.size, path: glyph.path });
    const middle = advance + (glyph.advance - SIDE_SPACE) / 2;
    const raised = letter !== letter.toLowerCase() ? FONT_METRICS.small - FONT_METRICS.capital : 0;
    marks.forEach((mark) => {
      const path = markOf(mark);
      if (path !== undefined) paths.push({ left: middle, top: isBelow(mark) ? 0 : raised, size: 1, path });
    });
    advance += glyph.advance * place.size;
  }
  return { paths, advance };
}

/** Indices and exponents are small letters moved down or up. */
function placeOf(letter: string): { letter: string; top: number; size: number } {
  const below = SUBSCRIPTS[0].indexOf(letter);
  if (below >= 0) return { letter: SUBSCRIPTS[1].charAt(below), top: 1.5, size: INDEX_SIZE };
  const above = SUPERSCRIPTS[0].indexOf(letter);
  if (above >= 0) return { letter: SUPERSCRIPTS[1].charAt(above), top: -3, size: INDEX_SIZE };
  return { letter, top: 0, size: 1 };
}

const SUBSCRIPTS = ['₀₁₂₃₄₅₆₇₈₉₋ₐₑₙₚₓ', '0123456789-aenpx'] as const;
const SUPERSCRIPTS = ['⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿ', '0123456789-n'] as const;

function isBelow(mark: string): boolean {
  return mark >= '\u0323' && mark <= '\u0333';
}
