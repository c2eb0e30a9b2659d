import '@vscode/codicons/dist/codicon.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/panes.css';
import './styles/panel.css';
import { readIf } from '../src/core/schema/schema';
import { type FromPanel, type PanelState, panelState, toPanel, type ToPanel } from '../src/protocol/panel';
import { announce, mountAnnouncements } from './announce';
import { createBanner } from './banner';
import { createBusyIndicator } from './busy';
import { element } from './dom';
import { connect } from './messaging';
import { readSavedState } from './savedState';
import { advance, afterChange, INITIAL_PAGE } from './state';
import { watchTheme } from './theme';
import type { View, ViewContext } from './view';
import { viewKindOf } from './views';

const host = connect<typeof toPanel, FromPanel>(toPanel, (message) => {
  if (message.type !== 'change') {
    take(message);
    return;
  }
  const whole = readIf(panelState, afterChange(page.shown, message));
  if (whole) take({ type: 'state', state: whole });
  // What is shown is not what the host thinks: it tells everything again.
  else host.post({ type: 'ready' });
});

function take(message: Exclude<ToPanel, { type: 'change' }>): void {
  page = advance(page, message);
  if (message.type === 'state') {
    show(page.shown);
    announce(viewKindOf(page.shown).summary(page.shown));
  } else if (message.type !== 'busy') current?.view.settled();
  busy.show(page.work);
  root.classList.toggle('is-starting', page.shown.kind === 'empty' && page.work.kind === 'busy');
  banner.show(page.failure);
}

let page = INITIAL_PAGE;
let saved = readSavedState(host.readState(), host.warn);
let current: { readonly kind: PanelState['kind']; readonly view: View<PanelState> } | undefined;

const context: ViewContext = {
  post: (message) => host.post(message),
  saved: () => saved,
  save(change) {
    saved = { ...saved, ...change };
    host.writeState(saved);
  },
};

const content = element('div', { class: 'content' });
const busy = createBusyIndicator(() => context.post({ type: 'cancel' }));
const banner = createBanner(
  () => {
    page = { ...page, failure: undefined };
    banner.show(undefined);
  },
  () => context.post({ type: 'command', command: 'showLog' }),
);

/** Shows a state in the view that is there, or in a new one in place of another kind's. */
function show(state: PanelState): void {
  if ('result' in state) context.save({ recordId: state.result.record.id });
  if (current?.kind !== state.kind) {
    current?.view.dispose();
    current = { kind: state.kind, view: viewKindOf(state).create(context) };
    content.replaceChildren(current.view.element);
  }
  current.view.update(state);
}

const root = document.getElementById('app') ?? document.body;
root.append(banner.element, content, busy.element);
mountAnnouncements(document.body);
watchTheme();
show(page.shown);
context.post({ type: 'ready' });
