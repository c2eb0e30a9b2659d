import path from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { ExportRunRequest, RunExport } from '../../engine/calls/training';
import { addJsonOption, parseNumber } from '../options';
import type { Session } from '../session';
import { writeJson, writePaths } from '../session';

interface ExportRunOptions {
  readonly what: RunExport;
  readonly out: string;
  readonly map: ExportRunRequest['map'];
  readonly images?: readonly number[];
  readonly frames?: number;
  readonly speed?: number;
  readonly side?: number;
  readonly json?: boolean;
}

const EXPORTS: readonly RunExport[] = ['frames-png', 'animation-gif', 'maps-npy', 'figure-png'];
const MAPS: readonly ExportRunRequest['map'][] = ['gradient-x-input', 'loss-gradient'];

/** `export-run`: what a training run saw of its watched images, as files. */
export function addExportRunCommand(program: Command, session: Session): void {
  addJsonOption(program.command('export-run'))
    .description('write what a training run saw as pictures, an animation or raw maps')
    .argument('<run>', 'folder of the run')
    .addOption(new Option('--what <kind>', 'what is written').choices([...EXPORTS]).makeOptionMandatory())
    .requiredOption('--out <folder>', 'where the files go, beside what is there')
    .addOption(new Option('--map <id>', 'which of the maps').choices([...MAPS]).default('gradient-x-input'))
    .option('--images <0,1>', 'places of the watched images (default: all)', parsePlaces)
    .option('--frames <n>', 'at most so many frames, evenly spaced (default: 300)', parseNumber)
    .option('--speed <n>', 'frames a second (default: 10)', parseNumber)
    .option('--side <pixels>', 'side of a picture (default: 224)', parseNumber)
    .action(async (run: string, options: ExportRunOptions) => {
      const files = await session.finishing(() => session.training.exportRun(requestOf(run, options), session.job));
      if (options.json) writeJson(session, { kind: 'export', what: options.what, run: path.resolve(run), files });
      else writePaths(session, files);
    });
}

function requestOf(run: string, { what, out, map, images, frames, speed, side }: ExportRunOptions): ExportRunRequest {
  return {
    folder: path.resolve(run),
    target: path.resolve(out),
    what,
    map,
    ...(images === undefined ? {} : { images }),
    ...(frames === undefined ? {} : { mostFrames: frames }),
    ...(speed === undefined ? {} : { framesPerSecond: speed }),
    ...(side === undefined ? {} : { cellSide: side }),
  };
}

function parsePlaces(text: string): readonly number[] {
  if (!/^\d{1,3}(,\d{1,3})*$/.test(text)) throw new InvalidArgumentError('Use places such as 0,1,5');
  return text.split(',').map(Number);
}
