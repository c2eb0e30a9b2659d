import { spawn } from 'node:child_process';

/** What a program has said, and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in `cwd`; `onError` is told what there is on standard error as it comes, and can interrupt. */
export function runProgram(
  file: string,
  values: readonly string[],
  cwd: string,
  onError?: (text: string, interrupt: () => void) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...values], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      onError?.(stderr, () => child.kill('SIGINT'));
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
