import { CommanderError } from 'commander';
import { CancelledError, UserError } from '../core/errors';
import { sayLine, sayLines } from './terminal';

/** Exit status: 0 done, 1 a failure of ours, 2 something the user can fix, 130 cancelled. */
export type ExitStatus = 0 | 1 | 2 | 130;

/** Says on standard error what went wrong and what to do next, in one line each; the stack only where it is asked for. */
export function reportFailure(error: unknown): ExitStatus {
  if (process.env.GRADIENT_LENS_DEBUG && error instanceof Error) sayLines(`${error.stack ?? ''}\n`);
  if (error instanceof CancelledError) {
    sayLine('Cancelled.');
    return 130;
  }
  if (error instanceof UserError) {
    say(error.message, error.hint);
    return 2;
  }
  if (error instanceof CommanderError) return reportUsage(error);
  const message = error instanceof Error ? error.message : String(error);
  say(`Internal error: ${message}`, 'Set GRADIENT_LENS_DEBUG=1 to see where it happened, and report it.');
  return 1;
}

/** Help and version are asked for (0); called without a command, help was shown (2); the rest is a wrong call (2). */
function reportUsage(error: CommanderError): ExitStatus {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') return 2;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  say(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`, hintFor(error.code, suggestion));
  return 2;
}

function hintFor(code: string, suggestion: string | undefined): string {
  if (suggestion !== undefined && suggestion !== '') return suggestion.replace(/^\(|\)$/g, '');
  if (code === 'commander.unknownCommand' || code === 'commander.excessArguments')
    return 'The commands are methods, info, predict, attribute, attack, evaluate, train, integrate, export-run, fetch; see gradient-lens --help.';
  return 'See gradient-lens <command> --help.';
}

export function warn(message: string): void {
  sayLine(`Warning: ${oneLine(message)}`);
}

function say(message: string, hint: string): void {
  sayLine(oneLine(message));
  sayLine(oneLine(hint));
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
