import { NUMBERS } from './numbers';
import { PLACES } from './places';
import type { OperatorReader } from './scope';
import { WINDOWS } from './windows';

const READERS: Readonly<Record<string, OperatorReader>> = { ...WINDOWS, ...NUMBERS, ...PLACES };

/** What lowers an operator of TFLite to ONNX's; undefined: it is not known. */
export function readerOf(op: string): OperatorReader | undefined {
  return Object.hasOwn(READERS, op) ? READERS[op] : undefined;
}

/** Operators whose results are numbers of their input, so that rounding them again changes nothing. */
export const SELECTING: ReadonlySet<string> = new Set([
  ...[
    'RESHAPE',
    'SQUEEZE',
    'EXPAND_DIMS',
    'TRANSPOSE',
    'MAX_POOL_2D',
    'SLICE',
    'STRIDED_SLICE',
    'SPLIT',
    'SPLIT_V',
    'GATHER',
  ],
  ...['TILE', 'REVERSE_V2', 'DEPTH_TO_SPACE', 'SPACE_TO_DEPTH', 'RESIZE_NEAREST_NEIGHBOR', 'PACK', 'UNPACK'],
]);
