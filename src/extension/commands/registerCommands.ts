import type { LogOutputChannel } from 'vscode';
import { commands } from 'vscode';
import { Disposables } from '../disposables';
import { showFailure } from '../failure';
import type { CommandId, CommandSignatures } from '../manifest';

/** Registers every command; the type makes sure that none is forgotten. A command's failure is shown, not thrown. */
export function registerCommands(handlers: CommandSignatures, log: LogOutputChannel): Disposables {
  const registered = new Disposables();
  for (const [id, handler] of Object.entries(handlers) as [CommandId, (...args: unknown[]) => unknown][]) {
    registered.add(
      commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          await handler(...args);
        } catch (error) {
          void showFailure(error, log);
        }
      }),
    );
  }
  return registered;
}
