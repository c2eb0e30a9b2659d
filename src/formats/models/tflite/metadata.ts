import { readZip } from '../../archives/zip';
import type { ClassNames } from '../../labels/labels';
import { readLabels } from '../../labels/labelFile';
import { FlatTable } from './flatBuffer';
import { readTfliteModel } from './model';

/** What a TFLite file says of itself beside its network. */
export interface TfliteDescription {
  /** The network takes (byte − mean)/std, one number for all channels or one each. */
  readonly normalisation?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly labels?: ClassNames & { readonly file: string };
  readonly warnings: readonly string[];
}

const IDENTIFIER = 'M001';
/** Place of NormalizationOptions among a process unit's options, of TENSOR_AXIS_LABELS among kinds of files. */
const NORMALISATION = 1;
const AXIS_LABELS = 2;
const LARGEST_LABELS = 8 * 1024 ** 2;

/**
 * Reads the metadata of a TFLite file (metadata_schema.fbs 1.1): how its first input is normalised, and the names of its first output's
 * classes, out of the labels file in the archive behind the network. What is damaged is left out and said.
 */
export function readTfliteDescription(bytes: Uint8Array): TfliteDescription {
  try {
    const { metadata } = readTfliteModel(bytes);
    if (metadata === undefined) return { warnings: [] };
    const [graph] = FlatTable.open(metadata, IDENTIFIER).tables(3);
    const normalisation = normalisationOf(graph?.tables(2)[0]);
    const file = graph
      ?.tables(3)[0]
      ?.tables(6)
      .find((each) => each.int8(2) === AXIS_LABELS)
      ?.text(0);
    const labels = file === undefined ? undefined : labelsIn(bytes, file);
    return {
      ...(normalisation && { normalisation }),
      ...(labels && { labels: { ...labels, file: file! } }),
      warnings: file !== undefined && labels === undefined ? [`The labels file in the model cannot be read.`] : [],
    };
  } catch {
    return { warnings: ["The model's own metadata cannot be read and are ignored."] };
  }
}

function normalisationOf(tensor: FlatTable | undefined): TfliteDescription['normalisation'] {
  const unit = tensor
    ?.tables(4)
    .find((each) => each.uint8(0) === NORMALISATION)
    ?.table(1);
  const [mean, std] = [unit?.float32s(0) ?? [], unit?.float32s(1) ?? []];
  const isOne = (list: readonly number[]): boolean => list.length === 1 || list.length === 3;
  if (!isOne(mean) || !isOne(std) || !mean.every(Number.isFinite) || !std.every((each) => each > 0 && each < Infinity))
    return undefined;
  return { mean, std };
}

function labelsIn(bytes: Uint8Array, file: string): ClassNames | undefined {
  try {
    const content = readZip(bytes, [file], { [file]: LARGEST_LABELS }).get(file);
    return content && readLabels(content, file);
  } catch {
    return undefined;
  }
}
