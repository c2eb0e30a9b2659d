import type { DatasetFormat, DatasetInfo } from '../../../src/training/data/dataset';
import { element, icon } from '../../dom';
import { type Fact, factList } from '../../facts';
import { formatSize } from '../../format';
import { warningItems } from '../../warnings';

const FORMATS: Readonly<Record<DatasetFormat, string>> = {
  folders: 'a folder per class',
  idx: 'IDX',
  'cifar-10': 'CIFAR-10 binary',
  'cifar-100': 'CIFAR-100 binary',
  npz: 'NumPy',
};
const MOST_LISTED = 20;
const count = (value: number): string => value.toLocaleString('en');

/** What is in a data set, with all that could not be read. */
export function datasetFacts(info: DatasetInfo): readonly HTMLElement[] {
  const facts: readonly Fact[] = [
    ['Name', `${info.name} (${FORMATS[info.format]})`],
    ['Folder', info.path],
    [
      'Images',
      `${count(info.trainCount)} to train, ${count(info.testCount)} to test${info.testSource === 'split' ? ' (split off)' : ''}`,
    ],
    ['Size', `${formatSize(info.width, info.height)}${info.channels === 3 ? ', colour' : ', grey'}`],
    ['Classes', `${info.classes.length}: ${classList(info)}`],
  ];
  return [
    factList(facts),
    ...warningList(info.warnings),
    ...unreadableList('Files left out as unreadable', info.unreadable, info.unreadableCount),
  ];
}

function classList({ classes, classCounts }: DatasetInfo): string {
  const listed = classes
    .slice(0, MOST_LISTED)
    .map((name, index) => `${name} (${count(classCounts[index] ?? 0)})`)
    .join(', ');
  return classes.length > MOST_LISTED ? `${listed} and ${classes.length - MOST_LISTED} more` : listed;
}

export function warningList(warnings: readonly string[]): readonly HTMLElement[] {
  if (warnings.length === 0) return [];
  return [element('ul', { class: 'warnings', attributes: { 'aria-label': 'Warnings' } }, ...warningItems(warnings))];
}

/** How many files are left out, and on request which, and why. */
export function unreadableList(
  caption: string,
  unreadable: DatasetInfo['unreadable'],
  total: number,
): readonly HTMLElement[] {
  if (total === 0) return [];
  const rest = total - unreadable.length;
  return [
    element(
      'details',
      { class: 'display' },
      element('summary', {}, icon('warning', 'is-warning'), ` ${caption}: ${count(total)}`),
      element(
        'ul',
        { class: 'file-list', attributes: { tabindex: '0', 'aria-label': caption } },
        ...unreadable.map(({ path, reason }) => element('li', { text: `${path}: ${reason}` })),
        ...(rest > 0 ? [element('li', { text: `and ${count(rest)} more` })] : []),
      ),
    ),
  ];
}
