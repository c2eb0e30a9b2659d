import type { PixelImage, RawMap } from '../../src/core/image/pixels';
import type { Probe } from '../../src/protocol/panel';
import { formatNumber, formatSigned } from '../format';
import type { Cell } from './grid';

interface Channels {
  readonly data: Float32Array;
  readonly width: number;
  readonly channels: number;
}

export function channelsAt(image: Channels, cell: Cell): number[] {
  const start = (cell.row * image.width + cell.column) * image.channels;
  return Array.from(image.data.subarray(start, start + image.channels));
}

export function probeOf(input: PixelImage, map: RawMap, ranks: Uint32Array, cell: Cell): Probe {
  return {
    row: cell.row,
    column: cell.column,
    pixel: channelsAt(input, cell),
    value: channelsAt(map, cell),
    rank: ranks[cell.row * map.width + cell.column] ?? 0,
    count: ranks.length,
  };
}

/** "row 12, column 40 · pixel 0.53 · attribution +0.031 · rank 4 of 784". */
export function describeProbe(probe: Probe, quantities: readonly (readonly [string, string])[]): string {
  return [
    `row ${probe.row}, column ${probe.column}`,
    ...quantities.map(([name, value]) => `${name} ${value}`),
    `rank ${probe.rank} of ${probe.count}`,
  ].join(' · ');
}

export function formatPixel(channels: readonly number[]): string {
  return channels.map((value) => formatNumber(value)).join(' ');
}

export function formatValues(channels: readonly number[]): string {
  return channels.map((value) => formatSigned(value)).join(' ');
}

/** Passes on at most one value in `interval` milliseconds, the latest always. */
export function throttleLatest<T>(interval: number, pass: (value: T) => void): (value: T) => void {
  let waiting: { readonly value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = (): void => {
    timer = undefined;
    if (waiting === undefined) return;
    const { value } = waiting;
    waiting = undefined;
    timer = setTimeout(release, interval);
    pass(value);
  };
  return (value) => {
    waiting = { value };
    if (timer === undefined) release();
  };
}
