import type { LogOutputChannel } from 'vscode';
import { l10n } from 'vscode';
import { CancelledError, UserError } from '../core/errors';
import type { PanelError } from '../protocol/panel';
import { showError } from './notify';

/** What to say of `error`: a UserError says it itself; anything else is a bug of ours and is logged with its stack. */
export function describeFailure(error: unknown, log: LogOutputChannel): PanelError {
  if (error instanceof UserError) {
    log.warn(`${error.message} ${error.hint}`);
    return { message: error.message, hint: error.hint };
  }
  log.error(error instanceof Error ? error : String(error));
  return {
    message: l10n.t('Something went wrong inside Gradient Lens.'),
    hint: l10n.t('The log holds the details; please report them.'),
  };
}

export function isCancellation(error: unknown): boolean {
  return error instanceof CancelledError;
}

/** Tells of a failure where no panel can. */
export async function showFailure(error: unknown, log: LogOutputChannel): Promise<void> {
  if (isCancellation(error)) return;
  const { message, hint } = describeFailure(error, log);
  const showLog = l10n.t('Show Log');
  if ((await showError(`${message} ${hint}`, showLog)) === showLog) log.show();
}
