import type { ExportContext } from '../../training/export/exports';
import { exportAnimation, exportFigure, exportFrames, exportMaps } from '../../training/export/exports';
import type { RunSource } from '../../training/export/source';
import { openRun } from '../../training/run/openRun';
import { readFrames } from '../../training/run/readFrames';
import { readMaps } from '../../training/run/readMaps';
import { UserError } from '../../core/errors';
import type { Job } from '../calls/service';
import type { ExportRunRequest, RunExport } from '../calls/training';

const EXPORTS: Readonly<Record<RunExport, typeof exportFrames>> = {
  'frames-png': exportFrames,
  'animation-gif': exportAnimation,
  'maps-npy': exportMaps,
  'figure-png': exportFigure,
};

/** Writes what `request.what` names of a run into its target folder; returns the paths of the files. */
export async function exportRun(
  { folder, target, what, ...options }: ExportRunRequest,
  job?: Job,
): Promise<readonly string[]> {
  const contents = await openRun(folder);
  const source: RunSource = {
    contents,
    async frame(place) {
      const [frame] = await readFrames(folder, { from: place, to: place + 1, stride: 1 });
      if (frame !== undefined) return frame;
      throw new UserError('training-failed', 'The run changed while it was exported.', 'Export it again.');
    },
    maps: (image) => readMaps(folder, image),
  };
  const context: ExportContext = {
    ...(job?.signal ? { signal: job.signal } : {}),
    progress: (done, total) => job?.progress?.({ stage: 'compute', done, total }),
  };
  return EXPORTS[what](source, target, options, context);
}
