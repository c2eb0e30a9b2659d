import type { PanelState } from '../../src/protocol/panel';
import { button } from '../controls/button';
import { element, icon } from '../dom';
import type { View, ViewContext, ViewKind } from '../view';

type EmptyState = Extract<PanelState, { kind: 'empty' }>;
type ErrorState = Extract<PanelState, { kind: 'error' }>;

/** Nothing was asked for yet. */
function createEmptyView({ post }: ViewContext): View<EmptyState> {
  return {
    element: element(
      'div',
      { class: 'plain' },
      icon('eye', 'plain-icon'),
      element('h1', { class: 'plain-title', text: 'See why your model decides' }),
      element('p', {
        class: 'plain-hint',
        text: 'Right-click an image in the Explorer and choose Gradient Lens: Show Attribution.',
      }),
      element(
        'div',
        { class: 'plain-actions' },
        button('Select Model…', () => post({ type: 'command', command: 'selectModel' })),
      ),
    ),
    update: () => undefined,
    dispose: () => undefined,
  };
}

/** Nothing can be shown: what happened, and what to do next. */
function createErrorView({ post }: ViewContext): View<ErrorState> {
  const name = element('p', { class: 'plain-origin' });
  const message = element('h1', { class: 'plain-title' });
  const hint = element('p', { class: 'plain-hint' });
  return {
    element: element(
      'div',
      { class: 'plain', role: 'alert' },
      icon('error', 'plain-icon is-error'),
      name,
      message,
      hint,
      element(
        'div',
        { class: 'plain-actions' },
        button('Retry', () => post({ type: 'command', command: 'retry' }), 'primary'),
        button('Select Model…', () => post({ type: 'command', command: 'selectModel' })),
        button('Show Log', () => post({ type: 'command', command: 'showLog' })),
      ),
    ),
    update({ imageName, error }) {
      name.textContent = imageName;
      message.textContent = error.message;
      hint.textContent = error.hint;
    },
    dispose: () => undefined,
  };
}

export const emptyViewKind: ViewKind<EmptyState> = { create: createEmptyView, summary: () => '' };
export const errorViewKind: ViewKind<ErrorState> = { create: createErrorView, summary: () => '' };
