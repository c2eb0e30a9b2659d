import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** The machine without its name. */
export interface Machine {
  readonly cores: number;
  readonly architecture: string;
  /** Vector instruction sets that matter here. */
  readonly instructions: readonly string[];
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
}

const INTERESTING = /^(avx2|fma|avx512f|avx512_vnni|avx512_bf16|amx_tile|asimd|sve)$/;

export function describeMachine(): Machine {
  let flags: string[] = [];
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    flags = line.split(' ').filter((flag) => INTERESTING.test(flag));
  } catch {
    // Only Linux tells.
  }
  const require = createRequire(path.resolve('package.json'));
  return {
    cores: os.availableParallelism(),
    architecture: process.arch,
    instructions: flags,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: process.platform,
    node: process.version,
    onnxruntime: (require('onnxruntime-node/package.json') as { version: string }).version,
  };
}

/** Processes that wanted a core in the last minute, on average. */
export function loadAverage(): number {
  return os.loadavg()[0]!;
}

/** A short name for a kind of machine, for file names. */
export function machineName({ architecture, cores, instructions }: Machine): string {
  const widest = instructions.includes('avx512f') ? 'avx512' : instructions.includes('avx2') ? 'avx2' : 'plain';
  return `${architecture}-${cores}-${widest}`;
}
