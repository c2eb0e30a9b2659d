import { type DatasetRequest, datasetRequest } from '../../../src/training/data/dataset';
import type { DatasetChoice } from '../../../src/protocol/training';
import { checkField } from '../../controls/checkField';
import { type SelectOption, selectField } from '../../controls/field';
import { numberField } from '../../controls/numberField';
import { numberSpec, shownOf, valueOf } from '../../controls/numberSpec';
import { element } from '../../dom';
import { createClassChoice } from './classChoice';

export interface DatasetOptions {
  readonly element: HTMLElement;
  readonly set: (dataset: DatasetChoice) => void;
  readonly areValid: () => boolean;
}

const { entries } = datasetRequest;

/** Chosen where the data set's own is taken. */
const OWN = 'own';

/** Typing rests before the data set is read anew. */
const REST_MILLISECONDS = 600;

/** How the chosen data set is read; every change has it read again. */
export function createDatasetOptions(read: (request: DatasetRequest) => void, checked: () => void): DatasetOptions {
  let request: DatasetRequest = { path: '' };
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = (next: DatasetRequest, rest = 0): void => {
    request = next;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (areValid()) read(next);
    }, rest);
  };
  function number(key: 'width' | 'height' | 'limit' | 'testShare', placeholder: string) {
    const schema = entries[key].wrapped;
    const field = numberField(numberSpec(schema, placeholder), (shown) => {
      checked();
      const value = shown === undefined ? undefined : valueOf(schema, shown);
      if (field.isValid()) ask(without(request, key, value), REST_MILLISECONDS);
    });
    const set = (value: number | undefined) => field.set(value === undefined ? undefined : shownOf(schema, value));
    return { ...field, set };
  }

  const width = number('width', 'own');
  const height = number('height', 'own');
  const limit = number('limit', 'all');
  function select(key: 'color' | 'resize', own: string) {
    const { words, possibilities } = entries[key].wrapped;
    const all: readonly SelectOption<string>[] = [{ id: OWN, label: own }, ...possibilities];
    return selectField(words.caption, all, (id) =>
      ask(without(request, key, id === OWN ? undefined : (id as DatasetRequest[typeof key]))),
    );
  }
  const color = select('color', 'As in the files');
  const resize = select('resize', 'Automatic');
  const testShare = number('testShare', '20');
  const { words } = entries.followLinks.wrapped;
  const followLinks = checkField(words.caption, words.description, (chosen) =>
    ask(without(request, 'followLinks', chosen ? true : undefined)),
  );
  const classes = createClassChoice((names) => ask(without(request, 'classes', names)));
  const areValid = (): boolean => [width, height, limit, testShare].every((field) => field.isValid());

  return {
    element: element(
      'div',
      { class: 'dataset-options' },
      element(
        'div',
        { class: 'fields' },
        width.element,
        height.element,
        resize.element,
        color.element,
        limit.element,
        testShare.element,
        followLinks.element,
      ),
      classes.element,
    ),
    set(dataset) {
      clearTimeout(timer);
      request = dataset.request;
      width.set(request.width);
      height.set(request.height);
      limit.set(request.limit);
      color.set(request.color ?? OWN);
      resize.set(request.resize ?? OWN);
      testShare.set(request.testShare);
      testShare.element.hidden = dataset.info?.testSource === 'own';
      followLinks.set(request.followLinks === true);
      followLinks.element.hidden = dataset.info !== undefined && dataset.info.format !== 'folders';
      classes.set(dataset);
    },
    areValid,
  };
}

/** The request with `key` at `value`, or without it. */
function without<K extends keyof DatasetRequest>(
  request: DatasetRequest,
  key: K,
  value: DatasetRequest[K] | undefined,
): DatasetRequest {
  const rest = Object.fromEntries(Object.entries(request).filter(([name]) => name !== key));
  return { ...rest, path: request.path, ...(value === undefined ? {} : { [key]: value }) };
}
