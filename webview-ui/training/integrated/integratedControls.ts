import { integrationParameters } from '../../../src/core/attribution/training/parameters';
import { createParameterControls } from '../../controls/parameters';
import { element } from '../../dom';
import type { TrainingContext } from '../view';

/** The parameters of the method, as the panel has them: here they need no computing, for both sums were kept while it trained. */
export function createIntegratedControls({ saved, save }: TrainingContext, changed: () => void): HTMLElement {
  const parameters = createParameterControls(() => {
    const { reduction, absolute, timesInput } = parameters.values();
    save({
      integrated: {
        total: reduction === 'mean' ? 'mean' : 'sum',
        values: absolute === true ? 'absolute' : 'signed',
        product: timesInput === true ? 'times-input' : 'raw',
      },
    });
    changed();
  });
  const { total, values, product } = saved().integrated;
  parameters.set(integrationParameters, {
    reduction: total,
    absolute: values === 'absolute',
    timesInput: product === 'times-input',
  });
  return element(
    'div',
    { class: 'fields', role: 'group', attributes: { 'aria-label': 'Training-integrated map' } },
    parameters.element,
  );
}
