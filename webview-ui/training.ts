import '@vscode/codicons/dist/codicon.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/panes.css';
import './styles/panel.css';
import './styles/training.css';
import type { PanelError } from '../src/protocol/panel';
import {
  type FromTraining,
  type ToTraining,
  toTraining,
  type TrainingForm,
  type TrainingState,
} from '../src/protocol/training';
import { announce, mountAnnouncements } from './announce';
import { createBanner } from './banner';
import { element } from './dom';
import { connect } from './messaging';
import { watchTheme } from './theme';
import { createFormView, type FormView } from './training/form/formView';
import { RunView } from './training/run/runView';
import { readTrainingSaved } from './training/saved';
import type { TrainingContext } from './training/view';
import { createWorkIndicator } from './training/workIndicator';

const host = connect<typeof toTraining, FromTraining>(toTraining, handle, fail);
let saved = readTrainingSaved(host.readState(), host.warn);
let shown:
  | { readonly kind: 'form'; readonly view: FormView; form: TrainingForm }
  | { readonly kind: 'run'; readonly view: RunView }
  | undefined;

/** What is shown as running is the preparation, not an export beside the training. */
let isPreparing = false;

const context: TrainingContext = {
  post: (message) => host.post(message),
  saved: () => saved,
  save(change) {
    saved = { ...saved, ...change };
    host.writeState(saved);
  },
};

const content = element('div', { class: 'content' });
const work = createWorkIndicator();
const banner = createBanner(() => banner.show(undefined));
const cancel = (): void => context.post({ type: 'cancel' });

function fail(error: PanelError): void {
  banner.show(error);
}

function handle(message: ToTraining): void {
  switch (message.type) {
    case 'state':
      work.show(undefined);
      banner.show(undefined);
      show(message.state);
      return;
    case 'dataset':
      changeForm({ dataset: message.dataset });
      return;
    case 'watched':
      changeForm({ watched: message.watched });
      return;
    case 'summary':
      if (shown?.kind === 'form') shown.view.showSummary(message.network, message.summary, message.error);
      return;
    case 'event': {
      const { event } = message;
      if (event.kind === 'preparing') {
        isPreparing = true;
        const share = event.total > 0 ? { share: event.done / event.total } : {};
        work.show({ title: `Preparing the ${event.what}`, ...share, cancel });
        return;
      }
      if (isPreparing) work.show(undefined);
      isPreparing = false;
      if (shown?.kind === 'run') shown.view.take(event);
      return;
    }
    case 'frames':
      if (shown?.kind === 'run') shown.view.takeFrames(message.request, message.frames);
      return;
    case 'maps':
      if (shown?.kind === 'run') shown.view.takeMaps(message.maps, message.finals);
      return;
    case 'busy': {
      const { title, share } = message;
      work.show({ title, ...(share === undefined ? {} : { share }), cancel });
      return;
    }
    case 'idle':
      work.show(undefined);
      return;
    case 'failed':
      work.show(undefined);
      fail(message.error);
  }
}

function show(state: TrainingState): void {
  if (state.kind === 'form') {
    if (shown?.kind === 'form') {
      shown.form = state.form;
      shown.view.set(state.form);
      return;
    }
    leave();
    shown = { kind: 'form', view: createFormView(context, state.form), form: state.form };
  } else {
    if (shown?.kind === 'run' && shown.view.shows(state.run)) {
      shown.view.set(state.run, state.live);
      return;
    }
    leave();
    shown = { kind: 'run', view: new RunView(context, { work, fail }, state.run, state.live) };
    announce(state.run.record.name);
  }
  content.replaceChildren(shown.view.element);
}

function changeForm(change: Partial<TrainingForm>): void {
  if (shown?.kind !== 'form') return;
  shown.form = { ...shown.form, ...change };
  shown.view.set(shown.form);
}

function leave(): void {
  if (shown?.kind === 'run') shown.view.dispose();
}

const root = document.getElementById('app') ?? document.body;
root.append(banner.element, content, work.element);
mountAnnouncements(document.body);
watchTheme();
context.post({ type: 'ready' });
