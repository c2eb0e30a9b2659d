import type { Disposable, Event, ThemeIcon as ThemeIconType, TreeDataProvider } from 'vscode';
import { EventEmitter, l10n, MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { MethodCatalog } from '../../engine/calls/service';
import { changeSize } from '../../core/result/changeSize';
import type { ResultRecord } from '../../core/result/record';
import { explainedClass } from '../../core/render/objectiveWords';
import { setContextKey } from '../contextKeys';
import { Disposables } from '../disposables';
import { subjectFromPath } from '../images/subject';
import type { ResultStore, StoredRecord } from '../results/resultStore';
import { TRAINING_INTEGRATED } from '../panel/integrated';

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
    const label = outcome(record);
    const item = new TreeItem(label, TreeItemCollapsibleState.None);
    item.id = record.id;
    item.description = describe(record, method);
    item.iconPath = iconOf(record, pinned);
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

function iconOf({ kind }: ResultRecord, pinned: boolean): ThemeIconType {
  if (pinned) return new ThemeIcon('pinned');
  return new ThemeIcon(kind === 'attribution' ? 'eye' : 'zap');
}

function methodLabel(record: ResultRecord, catalog: MethodCatalog | undefined): string {
  const id = record.kind === 'attribution' ? record.method : record.attack;
  if (id === TRAINING_INTEGRATED.id) return TRAINING_INTEGRATED.label;
  const methods = record.kind === 'attribution' ? catalog?.attribution : catalog?.attack;
  return methods?.find((method) => method.id === id)?.label ?? id;
}

/** The class that was explained, or the prediction's change. */
function outcome(record: ResultRecord): string {
  if (record.kind === 'attribution') return explainedClass(record.objective);
  const [before, after] = [record.classes[0]?.name ?? '?', record.adversarialClasses[0]?.name ?? '?'];
  return before === after ? before : l10n.t('{0} → {1}', before, after);
}

function describe(record: ResultRecord, method: string): string {
  if (record.kind === 'attribution') return l10n.t('{0} · {1}', method, record.model.name);
  const { symbol, value } = changeSize(record);
  return l10n.t('{0} · {1} {2} · {3}', method, symbol, short(value), record.model.name);
}

function tooltipOf(record: ResultRecord, method: string): MarkdownString {
  const text = new MarkdownString();
  const line = (sentence: string) => text.appendText(sentence).appendMarkdown('\n\n');
  line(l10n.t('{0} of {1}', method, record.image.name));
  const top = record.classes[0];
  if (top) line(l10n.t('Prediction: {0} ({1} %)', top.name, short(top.probability * 100)));
  const after = record.kind === 'attack' ? record.adversarialClasses[0] : undefined;
  if (after) line(l10n.t('After the attack: {0} ({1} %)', after.name, short(after.probability * 100)));
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
