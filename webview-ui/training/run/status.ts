import type { RunRecord } from '../../../src/training/run/record';
import { formatNumber, formatPercent } from '../../format';

export type RunAction = 'pause' | 'resume' | 'stop' | 'continue' | 'model' | 'export' | 'new';

/** What can be done to a run, in the order of the buttons. */
export function actionsOf(
  { status, watched, step }: RunRecord,
  live: boolean,
  continuable: boolean,
): readonly RunAction[] {
  const isOpen = live && (status === 'running' || status === 'paused');
  const actions: RunAction[] = [];
  if (isOpen) actions.push(status === 'running' ? 'pause' : 'resume', 'stop');
  else if (continuable && status !== 'finished') actions.push('continue');
  if (!isOpen && (status === 'finished' || status === 'stopped')) actions.push('model');
  if (watched.length > 0 && step > 0) actions.push('export');
  if (!isOpen) actions.push('new');
  return actions;
}

/** How a run stands, in one or two sentences. */
export function statusOf(record: RunRecord, live: boolean, continuable: boolean): string {
  const { status, message, test, step } = record;
  const said = message === undefined ? '' : ` ${message}`;
  const result =
    test === undefined
      ? ''
      : ` Test accuracy ${formatPercent(test.accuracy)} on ${test.count.toLocaleString('en')} images, loss ${formatNumber(test.loss)}.`;
  switch (status) {
    case 'running':
    case 'paused':
      if (!live)
        return `Training ended unexpectedly after minibatch ${step}.${continuable ? ' It can go on from its last saved state.' : ''}${said}`;
      return status === 'running' ? `Training.${said}` : `Paused after minibatch ${step}.${said}`;
    case 'stopped':
      return `Stopped after minibatch ${step}.${result}${said}`;
    case 'finished':
      return `Finished.${result}${said}`;
    case 'failed':
      return `Failed after minibatch ${step}.${said}`;
  }
}
