import { selectField } from '../../controls/field';
import { element } from '../../dom';
import type { IntegratedView } from '../logic/integratedView';
import type { TrainingContext } from '../view';

/** The steps from the sums of training to the map that is shown. */
export function createIntegratedControls({ saved, save }: TrainingContext, changed: () => void): HTMLElement {
  const change = (part: Partial<IntegratedView>): void => {
    save({ integrated: { ...saved().integrated, ...part } });
    changed();
  };
  const total = selectField(
    'Total',
    [
      { id: 'sum', label: 'Sum (Σ)' },
      { id: 'mean', label: 'Mean (1/N · Σ)' },
    ],
    (id) => change({ total: id }),
  );
  const values = selectField(
    'Values',
    [
      { id: 'signed', label: 'Signed' },
      {
        id: 'absolute',
        label: 'Absolute',
        description: 'Magnitudes are summed: what goes back and forth does not cancel.',
      },
    ],
    (id) => change({ values: id }),
  );
  const product = selectField(
    'Product',
    [
      { id: 'raw', label: 'Raw' },
      { id: 'times-input', label: 'Times the input (∘ a)' },
    ],
    (id) => change({ product: id }),
  );
  const { integrated } = saved();
  total.set(integrated.total);
  values.set(integrated.values);
  product.set(integrated.product);
  return element(
    'div',
    { class: 'fields', role: 'group', attributes: { 'aria-label': 'Training-integrated map' } },
    total.element,
    values.element,
    product.element,
  );
}
