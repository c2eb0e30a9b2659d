import type { NetworkSummary } from '../../../src/training/architectures/architecture';
import type { PanelError } from '../../../src/protocol/panel';
import type { TrainingForm } from '../../../src/protocol/training';
import { button } from '../../controls/button';
import { element, uniqueId } from '../../dom';
import type { TrainingContext } from '../view';
import { createDatasetSection } from './datasetSection';
import { createNetworkSection } from './networkSection';
import { createOptionsSection } from './optionsSection';
import {
  chosenNetwork,
  type Draft,
  isUserModel,
  LONGEST_NAME,
  plannedSteps,
  planOf,
  startProblem,
  suggestedName,
} from './plan';
import { createWatchedSection } from './watchedSection';

export interface FormView {
  readonly element: HTMLElement;
  readonly set: (form: TrainingForm) => void;
  readonly showSummary: (network: string, summary: NetworkSummary | undefined, error: PanelError | undefined) => void;
}

/** What to train on what, and how. */
export function createFormView(context: TrainingContext, initial: TrainingForm): FormView {
  const { post, saved, save } = context;
  let form = initial;
  let draft: Draft = {
    network: chosenNetwork(form, saved().network),
    fresh: saved().fresh,
    name: saved().name,
    options: saved().options ?? form.defaults,
  };
  let summarised = '';

  const dataset = createDatasetSection(context, () => check());
  const network = createNetworkSection((choice) => change(choice));
  const options = createOptionsSection(draft.options, saved().moreOpen, {
    changed: (next) => change({ options: next }),
    checked: () => check(),
    toggled: (moreOpen) => save({ moreOpen }),
  });
  const watched = createWatchedSection(context);

  const nameId = uniqueId('name');
  const name = element('input', {
    class: 'text-input',
    id: nameId,
    attributes: { type: 'text', maxlength: String(LONGEST_NAME), autocomplete: 'off', spellcheck: 'false' },
  });
  name.value = draft.name;
  name.addEventListener('input', () => change({ name: name.value }));
  const reason = element('p', { class: 'start-reason', id: uniqueId('reason'), attributes: { 'aria-live': 'polite' } });
  const start = button('Start Training', () => post({ type: 'start', plan: planOf(form, draft) }), 'primary');
  start.setAttribute('aria-describedby', reason.id);
  const defaults = button(
    'Restore Defaults',
    () => {
      options.set(form.defaults);
      change({ options: form.defaults });
    },
    'quiet',
  );

  function change(part: Partial<Draft>): void {
    draft = { ...draft, ...part };
    save(draft);
    refresh();
  }

  function refresh(): void {
    network.set(form, draft);
    name.placeholder = suggestedName(form, draft.network);
    askSummary();
    check();
  }

  /** Only the host knows the layers; asked once for each network and shape of the data. */
  function askSummary(): void {
    const info = form.dataset?.info;
    if (info === undefined || draft.network === '') return;
    const fresh = draft.fresh && isUserModel(form, draft.network);
    const key = JSON.stringify([draft.network, fresh, info.height, info.width, info.channels, info.classes.length]);
    if (key === summarised) return;
    summarised = key;
    network.showSummary(undefined, undefined);
    post({ type: 'summary', network: draft.network, fresh });
  }

  function check(): void {
    const problem = startProblem(form, draft, options.areValid() && dataset.areValid());
    start.toggleAttribute('disabled', problem !== undefined);
    const steps = plannedSteps(form, draft.options);
    reason.textContent =
      problem ?? `${(steps ?? 0).toLocaleString('en')} minibatches. The run is kept in ${form.folder}.`;
    reason.classList.toggle('is-blocking', problem !== undefined);
  }

  function set(next: TrainingForm): void {
    form = next;
    draft = { ...draft, network: chosenNetwork(form, draft.network) };
    dataset.set(form.dataset);
    watched.set(form.watched);
    refresh();
  }
  set(initial);

  return {
    element: element(
      'div',
      { class: 'page training-form' },
      element(
        'header',
        { class: 'head' },
        element('h1', { class: 'head-title', text: 'Train a network' }),
        element('p', {
          class: 'head-origin',
          text: 'and watch how the attribution of your images forms, minibatch by minibatch.',
        }),
      ),
      element(
        'div',
        { class: 'form-grid' },
        element('div', { class: 'form-column' }, dataset.element, network.element),
        element('div', { class: 'form-column' }, options.element, watched.element),
      ),
      element(
        'footer',
        { class: 'start-bar' },
        element(
          'div',
          { class: 'field name-field' },
          element('label', { class: 'field-caption', text: 'Name', attributes: { for: nameId } }),
          name,
        ),
        element('div', { class: 'start-actions' }, start, defaults),
        reason,
      ),
    ),
    set,
    showSummary(id, summary, error) {
      if (id === draft.network) network.showSummary(summary, error);
    },
  };
}
