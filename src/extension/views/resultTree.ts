import type { Disposable, Event, TreeDataProvider } from 'vscode';
import { EventEmitter, l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ResultRecord } from '../../core/result/kinds';
import { kindOf } from '../../core/result/kinds';
import type { ListedMethod, ModelGroup, PictureGroup, Row } from '../../core/result/rows';
import { grouped, rowLabel, rowOutcome } from '../../core/result/rows';
import type { MethodCatalog } from '../../engine/calls/service';
import { setContextKey } from '../contextKeys';
import { Disposables } from '../disposables';
import { subjectFromPath } from '../images/subject';
import type { ResultStore, StoredRecord } from '../results/resultStore';
import { timeOf, tooltipOf } from './resultTooltip';

/** A picture, one of the models that it was shown to, or the results of one request. */
export type ResultNode = ImageNode | ModelNode | RowNode;

interface ImageNode {
  readonly kind: 'image';
  readonly group: PictureGroup<StoredRecord>;
  readonly runs: readonly StoredRecord[];
}

interface ModelNode {
  readonly kind: 'model';
  readonly image: string;
  readonly group: ModelGroup<StoredRecord>;
  readonly runs: readonly StoredRecord[];
}

interface RowNode {
  readonly kind: 'row';
  readonly row: Row<StoredRecord>;
  readonly siblings: readonly Row<StoredRecord>[];
  readonly runs: readonly StoredRecord[];
}

/** What was computed in this workspace: by picture, by model where there are several, and a row for each request. */
export class ResultTree implements TreeDataProvider<ResultNode>, Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new EventEmitter<void>());
  readonly onDidChangeTreeData: Event<void> = this.#changed.event;
  /** What is selected in the view. */
  selection: readonly ResultNode[] = [];
  #filter = '';

  constructor(
    private readonly store: ResultStore,
    /** Labels of the methods, where they are known without asking the engine. */
    private readonly catalog: () => MethodCatalog | undefined,
  ) {
    this.#disposables.add(store.onDidChange(() => this.#changed.fire()));
  }

  /** Only results in whose words this text is are listed; '': all. */
  get filter(): string {
    return this.#filter;
  }

  set filter(text: string) {
    this.#filter = text.trim();
    setContextKey('gradientLens.resultsFiltered', this.#filter !== '');
    this.#changed.fire();
  }

  /** Says that not all is listed. */
  get filterWords(): string | undefined {
    return this.#filter === '' ? undefined : l10n.t('Only results with “{0}”.', this.#filter);
  }

  async getChildren(node?: ResultNode): Promise<ResultNode[]> {
    switch (node?.kind) {
      case undefined:
        return this.#pictures();
      case 'image': {
        const { models, key } = node.group;
        if (models.length === 1) return rowNodes(models[0]!);
        return models.map((group) => ({ kind: 'model', image: key, group, runs: runsOf(group) }));
      }
      case 'model':
        return rowNodes(node.group);
      case 'row':
        return [];
    }
  }

  getTreeItem(node: ResultNode): TreeItem {
    switch (node.kind) {
      case 'image':
        return imageItem(node);
      case 'model':
        return modelItem(node);
      case 'row':
        return this.#rowItem(node);
    }
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #pictures(): Promise<ResultNode[]> {
    const records = await this.store.list();
    setContextKey('gradientLens.hasResults', records.length > 0);
    const wanted = this.#filter.toLowerCase();
    const listed = wanted === '' ? records : records.filter((stored) => this.#words(stored).includes(wanted));
    return grouped(listed).map((group) => ({ kind: 'image', group, runs: group.models.flatMap(runsOf) }));
  }

  #words({ record, words }: StoredRecord): string {
    const method = this.#methodOf(record)?.label ?? '';
    const kind = kindOf(record);
    const { name = '', note = '' } = words;
    return [record.image.name, record.model.name, kind.methodOf(record), method, rowOutcome(record), name, note]
      .concat(kind.details(record))
      .join('\n')
      .toLowerCase();
  }

  #rowItem({ row, siblings }: RowNode): TreeItem {
    const [newest] = row.runs as [StoredRecord, ...StoredRecord[]];
    const { record } = newest;
    const told = rowLabel(row, siblings, (of) => this.#methodOf(of));
    const { name, note } = wordsOf(row);
    const pinned = row.runs.some((run) => run.pinned);
    const item = new TreeItem(name ?? told, TreeItemCollapsibleState.None);
    item.id = record.id;
    const times =
      row.runs.length === 1 ? timeOf(record) : l10n.t('{0} times, last {1}', row.runs.length, timeOf(record));
    item.description = [...(name === undefined ? [] : [told]), rowOutcome(record), times].join(' · ');
    const icon = note === undefined ? kindOf(record).icon : 'note';
    item.iconPath = new ThemeIcon(pinned ? 'pinned' : icon);
    item.contextValue = `result.${record.kind}${pinned ? '.pinned' : ''}`;
    item.tooltip = tooltipOf(record, this.#methodOf(record)?.label ?? kindOf(record).methodOf(record), note);
    item.accessibilityInformation = { label: `${name ?? told}, ${item.description}` };
    item.command = { command: 'gradientLens.openResult', title: l10n.t('Open Result'), arguments: [record.id] };
    return item;
  }

  #methodOf(record: ResultRecord): ListedMethod | undefined {
    const { methodOf, methods } = kindOf(record);
    return this.catalog()?.[methods].find(({ id }) => id === methodOf(record));
  }
}

/** What the user wrote of the newest of a row that has words. */
export function wordsOf({ runs }: Pick<Row<StoredRecord>, 'runs'>): StoredRecord['words'] {
  return runs.find(({ words }) => words.name !== undefined || words.note !== undefined)?.words ?? {};
}

function runsOf({ rows }: ModelGroup<StoredRecord>): readonly StoredRecord[] {
  return rows.flatMap(({ runs }) => runs);
}

function rowNodes({ rows }: ModelGroup<StoredRecord>): ResultNode[] {
  return rows.map((row) => ({ kind: 'row', row, siblings: rows, runs: row.runs }));
}

function imageItem({ group: { key, models } }: ImageNode): TreeItem {
  const { image, model } = models[0]!.rows[0]!.runs[0]!.record;
  const item = new TreeItem(image.name, TreeItemCollapsibleState.Expanded);
  item.id = `image:${key}`;
  item.iconPath = ThemeIcon.File;
  if (image.path !== undefined) item.resourceUri = subjectFromPath(image.path).uri;
  item.description = models.length === 1 ? model.name : l10n.t('{0} models', models.length);
  item.tooltip = image.path ?? image.name;
  item.contextValue = 'image';
  return item;
}

function modelItem({ image, group: { key, rows } }: ModelNode): TreeItem {
  const { model } = rows[0]!.runs[0]!.record;
  const item = new TreeItem(model.name, TreeItemCollapsibleState.Expanded);
  item.id = `model:${image}\n${key}`;
  item.iconPath = new ThemeIcon('symbol-structure');
  item.description = String(rows.length);
  item.tooltip = model.path;
  item.contextValue = 'resultModel';
  return item;
}
