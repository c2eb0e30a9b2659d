import '@vscode/codicons/dist/codicon.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/panes.css';
import './styles/panel.css';
import { readIf } from '../src/core/schema/schema';
import { type FromPanel, panelState, toPanel, type ToPanel } from '../src/protocol/panel';
import { announce, mountAnnouncements } from './announce';
import { createBanner } from './banner';
import { createBusyIndicator } from './busy';
import { element } from './dom';
import { connect } from './messaging';
import { Requests } from './requests';
import { readSavedState } from './savedState';
import {
  afterChange,
  INITIAL_PAGE,
  isOfHeld,
  type PageState,
  withBusy,
  withNewest,
  withResult,
  withStage,
  withState,
} from './state';
import { watchTheme } from './theme';
import type { View, ViewContext, ViewKind } from './view';
import { viewOf } from './views';

const host = connect<typeof toPanel, FromPanel>(toPanel, take, (failure) => update({ ...page, failure }));
const requests = new Requests(String(Math.round(performance.timeOrigin)), (message) => host.post(message));

function take(message: ToPanel): void {
  switch (message.type) {
    case 'state': {
      const { state, request } = message;
      if ('result' in state && requests.isOutdated(request) && isOfHeld(page.content, state))
        update(withResult(page, { ...page.content, catalog: state.catalog }, state.result, true));
      else present(withStage(withState(page, state), request));
      return;
    }
    case 'change': {
      const next = readIf(panelState, afterChange(page.content, message));
      // What the page holds is not what the host thinks: it tells everything again.
      if (page.content.kind !== 'results' || !next || !('result' in next)) {
        host.post({ type: 'ready' });
        return;
      }
      const isOutdated = requests.isOutdated(message.request);
      const changed = withStage(withResult(page, page.content, next.result, isOutdated), message.request);
      if (isOutdated) update(changed);
      else present(changed);
      return;
    }
    case 'busy':
      update(withBusy(page, message));
      return;
    case 'answer':
      end(message);
      return;
    case 'failed':
      update({ ...page, failure: message.error });
  }
}

/** A request has ended; where the last of its kind brought nothing, the controls and panes show again what is true. */
function end({ id, outcome }: ToPanel & { type: 'answer' }): void {
  if (page.work.kind === 'busy' && page.work.id === id) update({ ...page, work: { kind: 'idle' } });
  if (outcome.kind !== 'done' && !requests.isOutdated(id)) {
    const newest = withNewest(page);
    if (newest !== page) present(newest);
    if (outcome.kind === 'failed') update({ ...page, failure: outcome.error });
  }
  requests.answered(id, outcome);
}

let page = INITIAL_PAGE;
let saved = readSavedState(host.readState(), host.warn);
let current: { readonly kind: ViewKind<unknown>; readonly view: View<unknown> } | undefined;

const context: ViewContext = {
  requests,
  post: (message) => host.post(message),
  saved: () => saved,
  save(change) {
    saved = { ...saved, ...change };
    host.writeState(saved);
  },
};

const content = element('div', { class: 'content' });
const busy = createBusyIndicator(() => {
  if (page.work.kind === 'busy') context.post({ type: 'cancel', id: page.work.id });
});
const banner = createBanner(
  () => update({ ...page, failure: undefined }),
  () => context.post({ type: 'command', command: 'showLog' }),
);

function update(next: PageState): void {
  page = next;
  busy.show(page.work);
  root.classList.toggle('is-starting', page.content.kind === 'empty' && page.work.kind === 'busy');
  banner.show(page.failure);
}

/** Shows the content of `next` in the view that is there, or in a new one in place of another kind's. */
function present(next: PageState): void {
  update(next);
  if (next.content.kind === 'results') context.save({ recordId: next.content.shown[0]! });
  const { kind, shows } = viewOf(next.content);
  if (current?.kind !== kind) {
    current?.view.dispose();
    requests.forgetWaiting();
    current = { kind, view: kind.create(context) };
    content.replaceChildren(current.view.element);
  }
  current.view.update(shows);
  const summary = kind.summary(shows);
  if (summary !== '') announce(summary);
}

const root = document.getElementById('app') ?? document.body;
root.append(banner.element, content, busy.element);
mountAnnouncements(document.body);
watchTheme();
present(page);
host.post({ type: 'ready' });
