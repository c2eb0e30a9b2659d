import '@vscode/codicons/dist/codicon.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/panes.css';
import './styles/panel.css';
import { readIf } from '../src/core/schema/schema';
import { type FromPanel, type PanelState, panelState, toPanel, type ToPanel } from '../src/protocol/panel';
import { announce, mountAnnouncements } from './announce';
import { createAttackView } from './attackView';
import { createAttributionView } from './attributionView';
import { createBanner } from './banner';
import { createBusyIndicator } from './busy';
import { element } from './dom';
import { named } from './facts';
import { connect } from './messaging';
import { createEmptyView, createErrorView } from './plainViews';
import { readSavedState } from './savedState';
import { advance, afterChange, INITIAL_PAGE } from './state';
import { watchTheme } from './theme';
import { verdictOf } from './verdict';
import type { View, ViewContext } from './view';

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
    announce(summaryOf(page.shown));
  } else if (message.type !== 'busy') current?.view.settled();
  busy.show(page.work);
  root.classList.toggle('is-starting', page.shown.kind === 'empty' && page.work.kind === 'busy');
  banner.show(page.failure);
}

let page = INITIAL_PAGE;
let saved = readSavedState(host.readState(), host.warn);
let current: { readonly kind: PanelState['kind']; readonly view: View<never> } | undefined;

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

function show(state: PanelState): void {
  switch (state.kind) {
    case 'empty': {
      ensure('empty', createEmptyView).update(state);
      return;
    }
    case 'error': {
      ensure('error', createErrorView).update(state);
      return;
    }
    case 'attribution':
      context.save({ recordId: state.result.record.id });
      {
        ensure('attribution', createAttributionView).update(state);
        return;
      }
    case 'attack':
      context.save({ recordId: state.result.record.id });
      {
        ensure('attack', createAttackView).update(state);
        return;
      }
  }
}

/** The view of a kind: the one on the page, or a new one in place of another kind. */
function ensure<State>(kind: PanelState['kind'], create: (context: ViewContext) => View<State>): View<State> {
  if (current?.kind === kind) return current.view;
  current?.view.dispose();
  const view = create(context);
  current = { kind, view: view };
  content.replaceChildren(view.element);
  return view;
}

function summaryOf(state: PanelState): string {
  switch (state.kind) {
    case 'empty':
    case 'error':
      return '';
    case 'attribution':
      return `Done: ${named(state.result.record.classes[0])}`;
    case 'attack':
      return verdictOf(state.result.record).sentence;
  }
}

const root = document.getElementById('app') ?? document.body;
root.append(banner.element, content, busy.element);
mountAnnouncements(document.body);
watchTheme();
show(page.shown);
context.post({ type: 'ready' });
