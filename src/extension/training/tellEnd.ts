import type { LogOutputChannel } from 'vscode';
import { commands, l10n } from 'vscode';
import { describeFailure, isCancellation } from '../failure';
import { formatPercent } from '../formatNumber';
import type { CommandId } from '../manifest';
import { showError, showInformation } from '../notify';
import { hasModel } from './finalMaps';
import type { TrainingEnd } from './training';

/** Says that a training ended: the user may have gone on to other work meanwhile. */
export async function tellEnd({ folder, record, error }: TrainingEnd, log: LogOutputChannel): Promise<void> {
  if (isCancellation(error)) return;
  const open = l10n.t('Open');
  const use = l10n.t('Use This Model');
  let chosen: string | undefined;
  if (error !== undefined || record === undefined) {
    const { message, hint } = describeFailure(error, log);
    chosen = await showError(`${message} ${hint}`, open);
  } else if (record.status === 'failed') {
    chosen = await showError(l10n.t('{0}: {1}', record.name, record.message ?? ''), open);
  } else {
    const actions = (await hasModel(folder)) ? [open, use] : [open];
    const sentence =
      record.status === 'finished' && record.test
        ? l10n.t('{0} is trained: {1} of the test images are right.', record.name, formatPercent(record.test.accuracy))
        : l10n.t('{0}: the training ended after {1} of {2} minibatches.', record.name, record.step, record.steps);
    chosen = await showInformation(sentence, ...actions);
  }
  if (chosen === open) await run('gradientLens.openTrainingRun', folder);
  if (chosen === use) await run('gradientLens.useRunModel', folder);
}

async function run(command: CommandId, ...args: unknown[]): Promise<void> {
  await commands.executeCommand(command, ...args);
}
