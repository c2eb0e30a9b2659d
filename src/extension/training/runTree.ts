import type { Disposable, Event, TreeDataProvider } from 'vscode';
import { EventEmitter, l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { Disposables } from '../disposables';
import { formatNumber, formatPercent } from '../formatNumber';
import { nameOfNetwork } from './runFolder';
import type { FoundRun, RunList } from './runList';
import type { Training } from './training';

/** `live`: trained by this window; `interrupted`: its window or process ended in the middle. */
type State = 'live' | 'interrupted' | 'stopped' | 'finished' | 'failed';

/** The training runs of the workspace, the newest first. */
export class RunTree implements TreeDataProvider<FoundRun>, Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new EventEmitter<void>());
  readonly onDidChangeTreeData: Event<void> = this.#changed.event;

  constructor(
    private readonly runs: RunList,
    private readonly training: Training,
  ) {
    this.#disposables.add(runs.onDidChange(() => this.#changed.fire()));
    this.#disposables.add(training.onEvent(({ kind }) => kind === 'record' && this.#changed.fire()));
    this.#disposables.add(training.onDidEnd(() => this.#changed.fire()));
  }

  async getChildren(run?: FoundRun): Promise<FoundRun[]> {
    return run ? [] : [...(await this.runs.list())];
  }

  getTreeItem(run: FoundRun): TreeItem {
    const { folder, head, hasModel } = run;
    const state = this.#stateOf(run);
    const item = new TreeItem(head.name, TreeItemCollapsibleState.None);
    item.id = folder;
    item.description = l10n.t('{0} · {1}', outcome(run, state), dateOf(run));
    item.iconPath = iconOf(state);
    item.contextValue = `run.${state}${hasModel ? '.model' : ''}`;
    item.tooltip = tooltipOf(run, state);
    item.accessibilityInformation = { label: `${head.name}, ${outcome(run, state)}, ${dateOf(run)}` };
    item.command = { command: 'gradientLens.openTrainingRun', title: l10n.t('Open'), arguments: [folder] };
    return item;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #stateOf({ folder, head: { status } }: FoundRun): State {
    if (this.training.isLive(folder)) return 'live';
    return status === 'running' || status === 'paused' ? 'interrupted' : status;
  }
}

function outcome({ head }: FoundRun, state: State): string {
  const { accuracy, step, steps } = head;
  switch (state) {
    case 'live':
      return head.status === 'paused' ? l10n.t('paused') : l10n.t('training');
    case 'failed':
      return l10n.t('failed at minibatch {0}', formatNumber(step));
    case 'interrupted':
    case 'stopped':
      return l10n.t('stopped at {0} of {1}', formatNumber(step), formatNumber(steps));
    case 'finished':
      return accuracy === undefined ? l10n.t('finished') : l10n.t('{0} right', formatPercent(accuracy));
  }
}

function iconOf(state: State): ThemeIcon {
  switch (state) {
    case 'live':
      return new ThemeIcon('pulse', new ThemeColor('charts.blue'));
    case 'failed':
      return new ThemeIcon('error', new ThemeColor('charts.red'));
    case 'interrupted':
    case 'stopped':
      return new ThemeIcon('circle-slash');
    case 'finished':
      return new ThemeIcon('pass', new ThemeColor('charts.green'));
  }
}

function tooltipOf(run: FoundRun, state: State): MarkdownString {
  const { folder, head } = run;
  const text = new MarkdownString();
  const line = (sentence: string) => text.appendText(sentence).appendMarkdown('\n\n');
  line(l10n.t('{0}: {1}', head.name, outcome(run, state)));
  line(l10n.t('Network: {0}; images: {1}', nameOfNetwork(head.network), head.dataset));
  if (head.accuracy !== undefined) line(l10n.t('Accuracy: {0}', formatPercent(head.accuracy)));
  line(dateOf(run));
  line(folder);
  return text;
}

function dateOf({ head: { created } }: FoundRun): string {
  const date = new Date(created);
  return Number.isNaN(date.getTime()) ? created : date.toLocaleString();
}
