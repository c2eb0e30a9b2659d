import type { InputColor, ResizeMode } from '../../../core/image/inputChoices';
import { nestingDepth } from '../../json/json';
import { cleanName } from '../../labels/cleanName';
import { parsePythonLiteral } from '../../labels/pythonLiteral';
import type { Sidecar } from './sidecar';
import { namesOf } from './values';

type Notes = ReadonlyMap<string, string>;
type Input = NonNullable<Sidecar['input']>;

const SOURCE = 'the metadata in the ONNX file';
const DEEPEST = 4;

/** What exporters note in an ONNX file: Ultralytics, ONNX's own image metadata (Custom Vision, Windows ML), OpenVINO's model_info. */
export function onnxNotes(notes: Notes): readonly Sidecar[] {
  return [ultralytics(notes), openVino(notes), imageMetadata(notes)].filter((found) => found !== undefined);
}

/** Ultralytics: `names` and `imgsz` as Python prints them; shorter side bilinear, centre crop, bytes divided by 255. */
function ultralytics(notes: Notes): Sidecar | undefined {
  const names = literalOf(notes.get('names'));
  if (names === undefined) return undefined;
  const labels = namesOf(names, SOURCE);
  const sides = literalOf(notes.get('imgsz'));
  const [height, width] = Array.isArray(sides) ? (sides as readonly unknown[]) : [];
  const isUltralytics = notes.get('task') === 'classify' || /ultralytics/i.test(notes.get('author') ?? '');
  return {
    source: `${SOURCE}${isUltralytics ? ' (Ultralytics)' : ''}`,
    ...(isUltralytics && { input: { range: [0, 1], mean: [0], std: [1], resize: 'center-crop', interpolation: 'bilinear', rounded: true } }), // prettier-ignore
    ...(typeof height === 'number' && typeof width === 'number' && { size: { height, width } }),
    ...(labels && { labels }),
  };
}

function literalOf(text: string | undefined) {
  if (text === undefined || text.length > 4e6) return undefined;
  return nestingDepth(new TextEncoder().encode(text)) > DEEPEST ? undefined : parsePythonLiteral(text);
}

const RANGES: Readonly<Record<string, readonly [number, number] | undefined>> = {
  NominalRange_0_255: [0, 255],
  Normalized_0_1: [0, 1],
  Normalized_1_1: [-1, 1],
};
const COLOURS: Readonly<Record<string, InputColor | undefined>> = { Rgb8: 'rgb', Bgr8: 'bgr', Gray8: 'grayscale' };

/** ONNX's image metadata: "Image.BitmapPixelFormat", "Image.NominalPixelRange". */
function imageMetadata(notes: Notes): Sidecar | undefined {
  const range = RANGES[notes.get('Image.NominalPixelRange') ?? ''];
  const color = COLOURS[notes.get('Image.BitmapPixelFormat') ?? ''];
  if (range === undefined && color === undefined) return undefined;
  return {
    source: SOURCE,
    input: { ...(range && { range, mean: [0], std: [1] }), ...(color && { color }) },
  };
}

const RESIZES: Readonly<Record<string, ResizeMode | undefined>> = {
  standard: 'stretch',
  crop: 'center-crop',
  fit_to_window: 'pad',
  fit_to_window_letterbox: 'pad',
};

/** OpenVINO's model_info as its tools write it into ONNX: "model_info mean_values" and others; statistics are those of bytes. */
function openVino(notes: Notes): Sidecar | undefined {
  const note = (key: string): string | undefined => notes.get(`model_info ${key}`) ?? notes.get(`model_info/${key}`);
  const numbers = (key: string): readonly number[] | undefined => {
    const values = note(key)
      ?.trim()
      .split(/[\s,]+/)
      .map(Number);
    return values && [1, 3].includes(values.length) && values.every(Number.isFinite) ? values : undefined;
  };
  const [mean, std, resize, labels] = [numbers('mean_values'), numbers('scale_values'), RESIZES[note('resize_type') ?? ''], note('labels')]; // prettier-ignore
  if (mean === undefined && std === undefined && resize === undefined && labels === undefined) return undefined;
  const order = note('reverse_input_channels');
  const isScaled = mean !== undefined || std !== undefined;
  const input: Input = {
    ...(isScaled && { range: [0, 255], mean: mean ?? [0], std: std ?? [1] }),
    ...(order !== undefined && /^(yes|true|1)$/i.test(order) && { color: 'rgb' }),
    ...(resize && { resize }),
  };
  return {
    source: `${SOURCE} (OpenVINO)`,
    input,
    ...(labels && {
      labels: labels
        .trim()
        .split(/\s+/)
        .map((name) => cleanName(name.replaceAll('_', ' '))),
    }),
    ...(isScaled &&
      order === undefined && {
        warnings: [`${SOURCE.replace('the', 'The')} does not say the order of the colours; RGB is assumed.`],
      }),
  };
}
