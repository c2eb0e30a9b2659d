import type { DatasetRequest } from '../../../src/training/data/dataset';
import type { DatasetChoice } from '../../../src/protocol/training';
import { button } from '../../controls/button';
import { element, icon, replaceChildren } from '../../dom';
import type { TrainingContext } from '../view';
import { datasetFacts } from './datasetFacts';
import { createDatasetOptions } from './datasetOptions';
import { section } from './section';

export interface DatasetSection {
  readonly element: HTMLElement;
  readonly set: (dataset: DatasetChoice | undefined) => void;
  readonly areValid: () => boolean;
}

export function createDatasetSection({ post }: TrainingContext, checked: () => void): DatasetSection {
  const body = element('div', { class: 'dataset-body', attributes: { 'aria-live': 'polite' } });
  const options = createDatasetOptions((request: DatasetRequest) => {
    showReading();
    post({ type: 'dataset', request });
  }, checked);
  const showReading = (): void => body.replaceChildren(element('p', { class: 'hint', text: 'Reading the data set…' }));

  return {
    element: section(
      'Data set',
      element(
        'div',
        { class: 'button-row' },
        button('Choose Folder…', () => post({ type: 'chooseDataset' })),
        button(
          'Get Fashion-MNIST',
          () => post({ type: 'getFashionMnist' }),
          'secondary',
          '70,000 grey pictures of clothes in ten classes, about 30 MB to download once',
        ),
      ),
      body,
      options.element,
    ),
    set(dataset) {
      options.element.hidden = dataset === undefined;
      if (dataset !== undefined) options.set(dataset);
      if (dataset === undefined)
        replaceChildren(
          body,
          element('p', {
            class: 'hint',
            text: 'A folder with a folder of images for each class, or IDX, CIFAR-10 or NumPy files.',
          }),
        );
      else if (dataset.error !== undefined)
        replaceChildren(
          body,
          element(
            'p',
            { class: 'section-error', role: 'alert' },
            icon('error', 'is-error'),
            element('span', {}, element('strong', { text: dataset.error.message }), ' ', dataset.error.hint),
          ),
        );
      else if (dataset.info === undefined) showReading();
      else body.replaceChildren(...datasetFacts(dataset.info));
    },
    areValid: options.areValid,
  };
}
