import type { Disposable, Event, TreeDataProvider } from 'vscode';
import { EventEmitter, MarkdownString, l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ModelFacts } from '../../core/result/record';
import { Disposables } from '../disposables';
import type { ModelChoice } from '../models/modelChoice';
import { whereabouts } from '../models/modelChoice';
import type { Models } from '../models/models';

/** The models to choose from, the active one marked. */
export class ModelTree implements TreeDataProvider<ModelChoice>, Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new EventEmitter<void>());
  readonly #facts = new Map<string, ModelFacts>();
  readonly onDidChangeTreeData: Event<void> = this.#changed.event;

  constructor(private readonly models: Models) {
    this.#disposables.add(models.onDidChange(() => this.#changed.fire()));
  }

  /** What was learned of a model when it was used. */
  learn(facts: ModelFacts): void {
    if (this.#facts.get(facts.path)?.hash === facts.hash) return;
    this.#facts.set(facts.path, facts);
    this.#changed.fire();
  }

  async getChildren(choice?: ModelChoice): Promise<ModelChoice[]> {
    return choice ? [] : [...(await this.models.list())];
  }

  getTreeItem(choice: ModelChoice): TreeItem {
    const active = choice.id === this.models.active.id;
    const item = new TreeItem(choice.name, TreeItemCollapsibleState.None);
    item.id = choice.id;
    item.description = [active ? l10n.t('active') : '', whereabouts(choice)].filter((text) => text !== '').join(' · ');
    item.iconPath = active
      ? new ThemeIcon('pass-filled', new ThemeColor('charts.green'))
      : new ThemeIcon('circle-large-outline');
    item.contextValue = `model.${choice.source}${active ? '.active' : ''}`;
    item.tooltip = this.#tooltip(choice);
    return item;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #tooltip({ name, reference }: ModelChoice): MarkdownString {
    const text = new MarkdownString();
    const line = (sentence: string) => text.appendText(sentence).appendMarkdown('\n\n');
    line(name);
    line(reference.path);
    const facts = this.#facts.get(reference.path);
    if (!facts) return text;
    const { height, width, channels } = facts.input;
    line(l10n.t('Format: {0}; input: {1} × {2} × {3}', facts.format, height, width, channels));
    line(l10n.t('Engine: {0}. {1}', facts.engine, facts.engineReason));
    return text;
  }
}
