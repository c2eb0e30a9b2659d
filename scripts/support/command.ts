import { spawn } from 'node:child_process';
import { repository } from './paths';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The program is ended when it takes longer. */
  readonly timeLimitMinutes?: number;
}

export interface CommandResult {
  /** Exit status; 1 if the program could not be started or was ended by a signal. */
  readonly code: number;
  /** Standard output and error, interleaved. */
  readonly output: string;
  readonly milliseconds: number;
}

/** Runs a program to its end; never throws. */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const started = Date.now();
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      cwd: options.cwd ?? repository,
      env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm and npx are command files on Windows.
      shell: process.platform === 'win32' && !program.includes('\\'),
    });
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const limit = options.timeLimitMinutes;
    const timer =
      limit === undefined
        ? undefined
        : setTimeout(() => {
            output += `\nIt did not end in ${limit} minutes.\n`;
            child.kill();
          }, limit * 60_000);
    const end = (code: number) => {
      clearTimeout(timer);
      resolve({ code, output, milliseconds: Date.now() - started });
    };
    child.once('error', (error) => {
      output += error.message;
      end(1);
    });
    child.once('close', (code) => end(code ?? 1));
  });
}

/** Runs `npm run <script>`. */
export function runNpmScript(script: string, options?: CommandOptions): Promise<CommandResult> {
  return run('npm', ['run', '--silent', script], options);
}

/** `12.3 s` */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
