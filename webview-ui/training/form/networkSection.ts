import type { NetworkSummary } from '../../../src/training/architectures/architecture';
import type { PanelError } from '../../../src/protocol/panel';
import type { TrainingForm } from '../../../src/protocol/training';
import { checkField } from '../../controls/checkField';
import { selectField } from '../../controls/field';
import { element } from '../../dom';
import { warningList } from './datasetFacts';
import { chosenNetwork, isUserModel, networkProblem } from './plan';
import { section } from './section';
import { summaryTable } from './summaryTable';

export interface NetworkChoice {
  readonly network: string;
  readonly fresh: boolean;
}

export interface NetworkSection {
  readonly element: HTMLElement;
  readonly set: (form: TrainingForm, choice: NetworkChoice) => void;
  readonly showSummary: (summary: NetworkSummary | undefined, error: PanelError | undefined) => void;
}

export function createNetworkSection(changed: (choice: NetworkChoice) => void): NetworkSection {
  let current: NetworkChoice = { network: '', fresh: false };
  const network = selectField<string>('Network', [], (id) => changed({ ...current, network: id }));
  const fresh = checkField('Fresh weights', 'New random weights instead of those of the file.', (isFresh) =>
    changed({ ...current, fresh: isFresh }),
  );
  const words = element('p', { class: 'hint' });
  const problem = element('p', { class: 'field-problem', attributes: { 'aria-live': 'polite' } });
  const layers = element('div', {
    class: 'summary-box',
    attributes: { tabindex: '0', role: 'region', 'aria-label': 'Layers' },
  });
  const warnings = element('div');
  const caption = element('summary', { text: 'Layers' });
  const details = element('details', { class: 'display', hidden: true }, caption, layers);
  let offered = '';

  return {
    element: section(
      'Network',
      element('div', { class: 'fields' }, network.element, fresh.element),
      words,
      problem,
      warnings,
      details,
    ),
    set(form, choice) {
      current = choice;
      const options = [
        ...form.architectures.map(({ id, label, summary }) => ({ id, label, description: summary })),
        ...form.models.map(({ name, path }) => ({ id: path, label: `${name} (your model)`, description: path })),
      ];
      const key = JSON.stringify(options);
      if (key !== offered) {
        offered = key;
        network.setOptions(options);
      }
      network.set(chosenNetwork(form, choice.network));
      fresh.set(choice.fresh);
      const isOwn = isUserModel(form, choice.network);
      fresh.element.hidden = !isOwn;
      const architecture = form.architectures.find(({ id }) => id === choice.network);
      words.textContent = isOwn
        ? 'Training goes on from the weights of the file, or from fresh ones.'
        : architecture === undefined
          ? ''
          : `${architecture.summary} ${architecture.source}`;
      problem.textContent = networkProblem(form, choice.network) ?? '';
    },
    showSummary(summary, error) {
      details.hidden = summary === undefined;
      warnings.replaceChildren(...warningList(summary?.warnings ?? []));
      if (summary !== undefined) {
        caption.textContent = `Layers: ${summary.layers.length}, parameters: ${summary.parameters.toLocaleString('en')}`;
        layers.replaceChildren(summaryTable(summary));
      }
      if (error !== undefined) problem.textContent = `${error.message} ${error.hint}`;
    },
  };
}
