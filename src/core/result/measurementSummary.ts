import type { ControlId, Measurement } from './measurement';
import { isBetter } from './verdict';

/** What a metric says of the maps of several images. */
export interface MetricSummary {
  readonly metric: string;
  readonly better: Measurement['better'];
  /** Images that it could be measured on: those that the numbers are of. */
  readonly images: number;
  readonly mean: number;
  /** Standard deviation of the images (n − 1); NaN of fewer than two. */
  readonly deviation: number;
  readonly controls: readonly {
    readonly id: ControlId;
    readonly mean: number;
    /** Images whose map is better than it. */
    readonly beaten: number;
  }[];
}

/** The metrics in the order of the first image. */
export function summariseMeasurements(images: readonly (readonly Measurement[])[]): readonly MetricSummary[] {
  const ids = [...new Set(images.flatMap((measurements) => measurements.map(({ metric }) => metric)))];
  return ids.map((id) =>
    summaryOf(images.flatMap((measurements) => measurements.filter(({ metric }) => metric === id))),
  );
}

function summaryOf(all: readonly Measurement[]): MetricSummary {
  const [{ metric, better, controls }] = all as [Measurement];
  const found = all.filter(({ value }) => !Number.isNaN(value));
  const values = found.map(({ value }) => value);
  return {
    metric,
    better,
    images: found.length,
    mean: mean(values),
    deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1)),
    controls: controls.map(({ id }, place) => ({
      id,
      mean: mean(found.map((each) => each.controls[place]!.value)),
      beaten: found.filter((each) => isBetter(better, each.value, each.controls[place]!.value)).length,
    })),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
