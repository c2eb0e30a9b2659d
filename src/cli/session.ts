import type { Job } from '../engine/calls/service';
import type { EngineService, TrainingService } from '../engine/calls/table';
import { printable, printableJson } from '../core/printable';

/** What a subcommand works with. */
export interface Session {
  readonly service: EngineService;
  readonly training: TrainingService;
  /** Aborted by Ctrl-C; reports progress. */
  readonly job: Job;
  /** Runs what Ctrl-C is not to leave half-done. */
  readonly finishing: <T>(work: () => Promise<T>) => Promise<T>;
  /** Writes to standard output: results alone. */
  readonly write: (text: string) => void;
  /** Sets the exit status of a command that did only part of its work. */
  readonly fail: (status: 1 | 2 | 130) => void;
}

/** Writes one JSON document; numbers that JSON does not have (NaN, infinite) are null, names are exact. */
export function writeJson({ write }: Session, document: unknown): void {
  write(`${printableJson(JSON.stringify(document, undefined, 2))}\n`);
}

/** A path is never longer than this. */
const LONGEST_PATH = 4096;

/** Writes paths, a line each. */
export function writePaths({ write }: Session, paths: readonly string[]): void {
  write(paths.map((path) => `${printable(path, LONGEST_PATH)}\n`).join(''));
}
