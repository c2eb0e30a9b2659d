import { format } from 'node:util';
import type { WriteStream } from 'node:tty';
import { printable, printableLines } from '../core/printable';

/** Everything that is written to the terminal passes through here: see {@link printable}. */

/** One line on standard error. */
export function sayLine(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Text of several lines on standard error, which was put together of printable parts. */
export function sayLines(text: string): void {
  process.stderr.write(printableLines(text));
}

/** Resolves when the text is out on standard output, so that a pipe gets all of it before the process ends. */
export function writeResult(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(printableLines(text), () => resolve()));
}

/**
 * Standard output is for results: libraries that greet there are moved to standard error. A reader that has seen enough (`| head`)
 * closes the pipe, which ends the program.
 */
export function prepareStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  console.log =
    console.info =
    console.debug =
    console.warn =
    console.error =
      (...values: unknown[]) => sayLines(`${format(...values)}\n`);
}

/** A line on a terminal that is written again and again; nothing where standard error is no terminal. */
export interface StatusLine {
  readonly show: (text: string) => void;
  readonly clear: () => void;
  /** Lines that stay, above it. */
  readonly say: (lines: string) => void;
}

export function createStatusLine(stream: Pick<WriteStream, 'write' | 'isTTY'> = process.stderr): StatusLine {
  let shown = '';
  const show = (text: string) => {
    if (!stream.isTTY || text === shown) return;
    stream.write(`\r\u001b[K${printable(text)}`);
    shown = text;
  };
  return {
    show,
    clear: () => show(''),
    say(lines) {
      show('');
      stream.write(printableLines(lines));
    },
  };
}
