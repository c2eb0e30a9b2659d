import type { ResultRecord } from '../../core/result/kinds';
import { kindOf } from '../../core/result/kinds';
import type { Disposable, Event, TreeDataProvider } from 'vscode';
import { EventEmitter, l10n, MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { MethodCatalog } from '../../engine/calls/service';
import { setContextKey } from '../contextKeys';
import { Disposables } from '../disposables';
import { subjectFromPath } from '../images/subject';
import type { ResultStore, StoredRecord } from '../results/resultStore';

/** An image with its results, or one result. */
export type ResultNode = ImageNode | RunNode;

interface ImageNode {
  readonly kind: 'image';
  readonly key: string;
  /** Newest first, at least one. */
  readonly runs: readonly StoredRecord[];
}

interface RunNode {
  readonly kind: 'run';
  readonly stored: StoredRecord;
}

/** What was computed in this workspace: images, the latest first, and below each its results, the newest first. */
export class ResultTree implements TreeDataProvider<ResultNode>, Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new EventEmitter<void>());
  readonly onDidChangeTreeData: Event<void> = this.#changed.event;

  constructor(
    private readonly store: ResultStore,
    /** Labels of the methods, where they are known without asking the engine. */
    private readonly catalog: () => MethodCatalog | undefined,
  ) {
    this.#disposables.add(store.onDidChange(() => this.#changed.fire()));
  }

  async getChildren(node?: ResultNode): Promise<ResultNode[]> {
    if (node?.kind === 'run') return [];
    if (node) return node.runs.map((stored) => ({ kind: 'run', stored }));
    const records = await this.store.list();
    setContextKey('gradientLens.hasResults', records.length > 0);
    const byImage = new Map<string, StoredRecord[]>();
    for (const stored of records) {
      const key = stored.record.image.path ?? stored.record.image.hash;
      const runs = byImage.get(key);
      if (runs) runs.push(stored);
      else byImage.set(key, [stored]);
    }
    return [...byImage].map(([key, runs]) => ({ kind: 'image', key, runs }));
  }

  getTreeItem(node: ResultNode): TreeItem {
    return node.kind === 'image' ? imageItem(node) : this.#runItem(node.stored);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #runItem({ record, pinned }: StoredRecord): TreeItem {
    const method = methodLabel(record, this.catalog());
    const { icon, headline } = kindOf(record);
    const label = headline(record);
    const item = new TreeItem(label, TreeItemCollapsibleState.None);
    item.id = record.id;
    item.description = describe(record, method);
    item.iconPath = new ThemeIcon(pinned ? 'pinned' : icon);
    item.contextValue = `result.${record.kind}${pinned ? '.pinned' : ''}`;
    item.tooltip = tooltipOf(record, method);
    item.accessibilityInformation = { label: `${label}, ${describe(record, method)}, ${timeOf(record)}` };
    item.command = { command: 'gradientLens.openResult', title: l10n.t('Open Result'), arguments: [record.id] };
    return item;
  }
}

function imageItem({ key, runs }: ImageNode): TreeItem {
  const { image } = runs[0]!.record;
  const item = new TreeItem(image.name, TreeItemCollapsibleState.Expanded);
  item.id = `image:${key}`;
  item.iconPath = ThemeIcon.File;
  if (image.path !== undefined) item.resourceUri = subjectFromPath(image.path).uri;
  item.description = String(runs.length);
  item.tooltip = image.path ?? image.name;
  item.contextValue = 'image';
  return item;
}

function methodLabel(record: ResultRecord, catalog: MethodCatalog | undefined): string {
  const { methodOf, methods } = kindOf(record);
  const id = methodOf(record);
  return catalog?.[methods].find((method) => method.id === id)?.label ?? id;
}

function describe(record: ResultRecord, method: string): string {
  return [method, ...kindOf(record).details(record), record.model.name].join(' · ');
}

function tooltipOf(record: ResultRecord, method: string): MarkdownString {
  const text = new MarkdownString();
  const line = (sentence: string) => text.appendText(sentence).appendMarkdown('\n\n');
  line(l10n.t('{0} of {1}', method, record.image.name));
  const top = record.classes[0];
  if (top) line(l10n.t('Prediction: {0} ({1} %)', top.name, short(top.probability * 100)));
  const { after } = kindOf(record);
  const changed = after?.classes(record)[0];
  if (after && changed) line(l10n.t('{0}: {1} ({2} %)', after.title, changed.name, short(changed.probability * 100)));
  line(l10n.t('Model: {0}, engine {1}', record.model.name, record.model.engine));
  line(timeOf(record));
  return text;
}

function timeOf({ created }: ResultRecord): string {
  return new Date(created).toLocaleString();
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
