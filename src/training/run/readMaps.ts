import path from 'node:path';
import { UserError } from '../../core/errors';
import { correlation, ranksOfMagnitudes } from '../../core/evaluation/rankCorrelation';
import type { RawMap } from '../../core/image/pixels';
import type { WatchedMaps } from './contents';
import type { FramesFile } from './framesFile';
import { FOLDERS } from './layout';
import { eachImage, withFrames } from './readFrames';
import { readRecord } from './recordFile';
import { readSums } from './stateFile';

/**
 * Sums and curves of one watched image of a run, the sums as of the run's last kept state. The rank correlation is of the frames'
 * |loss gradient|, channels summed; NaN where a map is constant. Throws `UserError` `parameter` (no such image),
 * `training-failed` (files that are not a run's).
 */
export async function readMaps(folder: string, image: number): Promise<WatchedMaps> {
  const { watched, dataset } = await readRecord(folder);
  if (!Number.isInteger(image) || image < 0 || image >= watched.length)
    throw new UserError('parameter', `The run has no watched image ${image}.`, `It has ${watched.length} of them.`);
  const { height, width, channels } = dataset.info;
  const sums = await readSums(path.join(folder, FOLDERS.state), image, height * width * channels);
  const mapOf = (data: Float32Array): RawMap => ({ data, height, width, channels });
  return {
    image,
    integrated: mapOf(Float32Array.from(sums.signed)),
    integratedAbsolute: mapOf(Float32Array.from(sums.absolute)),
    count: sums.count,
    last: mapOf(sums.last),
    ...(await withFrames(folder, (file) => readCurves(file, image))),
  };
}

async function readCurves(
  file: FramesFile,
  image: number,
): Promise<Pick<WatchedMaps, 'lossCurve' | 'rankCorrelation'>> {
  const lossCurve = new Float32Array(file.count);
  const rankCorrelation = new Float32Array(file.count);
  if (image >= file.head.images || file.count === 0) return { lossCurve, rankCorrelation };
  const final = await lastRanks(file, image);
  await eachImage(file, image, ({ loss, lossGradient }, index) => {
    lossCurve[index] = loss;
    rankCorrelation[index] = correlation(ranksOfMagnitudes(lossGradient), final);
  });
  return { lossCurve, rankCorrelation };
}

async function lastRanks({ head, count, handle }: FramesFile, image: number): Promise<Float64Array> {
  let ranks: Float64Array = new Float64Array();
  await eachImage({ head, count, handle }, image, ({ lossGradient }, index) => {
    if (index === count - 1) ranks = ranksOfMagnitudes(lossGradient);
  });
  return ranks;
}
