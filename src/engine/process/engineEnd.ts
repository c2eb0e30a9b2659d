import { UserError } from '../../core/errors';
import type { EngineEnd } from './engineChild';

/** What to tell the user about an engine process that ended without being asked to. */
export function describeEngineEnd(end: EngineEnd, memoryLimitMegabytes: number | undefined): UserError {
  if (end.spawnError)
    return new UserError(
      'engine-unavailable',
      `The engine process could not be started (${end.spawnError.message}).`,
      'Reload the window; if it happens again, the log says more.',
    );
  if (end.outOfMemory)
    return new UserError(
      'engine-unavailable',
      memoryLimitMegabytes === undefined
        ? 'The engine process stopped: it ran out of memory.'
        : `The engine process stopped: it needed more than its limit of ${Math.round(memoryLimitMegabytes)} MB.`,
      "Use a smaller model or picture, or raise the engine's memory limit; the next request starts a new engine.",
    );
  return new UserError(
    'engine-unavailable',
    `The engine process stopped (${causeOf(end)}).`,
    'Try again: the next request starts a new engine; the log holds its last words.',
  );
}

function causeOf({ signal, exitCode }: EngineEnd): string {
  if (signal === 'SIGKILL') return 'killed, by hand or by the system when memory ran short';
  if (signal !== null) return `signal ${signal}`;
  return `exit code ${exitCode ?? 'unknown'}`;
}
