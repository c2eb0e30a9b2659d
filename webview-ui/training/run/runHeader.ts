import type { RunExport } from '../../../src/engine/calls/training';
import type { RunRecord } from '../../../src/training/run/record';
import { button } from '../../controls/button';
import { menuButton } from '../../controls/menuButton';
import { element, replaceChildren } from '../../dom';
import type { TrainingContext } from '../view';
import { actionsOf, type RunAction, statusOf } from './status';
import { unreadableList, warningList } from '../form/datasetFacts';

export interface RunHeader {
  readonly element: HTMLElement;
  readonly show: (record: RunRecord, live: boolean, continuable: boolean) => void;
}

interface RunHeaderEvents {
  readonly film: () => void;
  readonly exportRun: (what: RunExport) => void;
}

/** Name and state of a run with all that can be done to it. */
export function createRunHeader({ post }: TrainingContext, { film, exportRun }: RunHeaderEvents): RunHeader {
  const origin = element('p', { class: 'head-origin' });
  const title = element('h1', { class: 'head-title' });
  const status = element('p', { class: 'run-status', role: 'status' });
  const warnings = element('div');
  const control = (label: string, action: 'pause' | 'resume' | 'stop' | 'continue', isMain = false): HTMLElement =>
    button(label, () => post({ type: 'control', action }), isMain ? 'primary' : 'secondary');
  const buttons: Readonly<Record<RunAction, HTMLElement>> = {
    pause: control('Pause', 'pause'),
    resume: control('Resume', 'resume', true),
    stop: control('Stop', 'stop'),
    continue: control('Continue', 'continue', true),
    model: button('Use This Model', () => post({ type: 'openModel' }), 'primary'),
    export: menuButton('export', 'Export…', [
      { label: 'Film', detail: 'WebM', action: film },
      { label: 'Animation', detail: 'GIF', action: () => exportRun('animation-gif') },
      { label: 'Frames', detail: 'PNG', action: () => exportRun('frames-png') },
      { label: 'Maps', detail: 'NPY', action: () => exportRun('maps-npy') },
      { label: 'Figure', detail: 'PNG', action: () => exportRun('figure-png') },
    ]),
    new: button('New Training…', () => post({ type: 'newRun' })),
  };

  return {
    element: element(
      'header',
      { class: 'head' },
      element(
        'div',
        { class: 'head-row' },
        element('div', { class: 'head-text' }, origin, title, status),
        element('div', { class: 'head-actions' }, ...Object.values(buttons)),
      ),
      warnings,
    ),
    show(record, live, continuable) {
      const { network, dataset, engine, leftOut } = record;
      replaceChildren(
        origin,
        element('span', { class: 'head-file', text: dataset.info.name }),
        element('span', { text: network.summary.name }),
        element('span', { text: `engine ${engine}`, title: record.engineReason }),
      );
      title.textContent = record.name;
      const text = statusOf(record, live, continuable);
      // A live region speaks whenever its text is set.
      if (status.textContent !== text) status.textContent = text;
      const shown = actionsOf(record, live, continuable);
      for (const [action, item] of Object.entries(buttons)) item.hidden = !shown.includes(action as RunAction);
      warnings.replaceChildren(
        ...warningList([...dataset.info.warnings, ...record.warnings]),
        ...unreadableList('Files left out as unreadable', dataset.info.unreadable, dataset.info.unreadableCount),
        ...unreadableList('Pictures left out during the training', leftOut?.files ?? [], leftOut?.count ?? 0),
      );
    },
  };
}
