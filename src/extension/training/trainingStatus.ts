import type { Disposable } from 'vscode';
import { l10n, StatusBarAlignment, window } from 'vscode';
import { Disposables } from '../disposables';
import { formatNumber } from '../formatNumber';
import type { CommandId } from '../manifest';
import type { Training } from './training';

/** How far the training is and its loss, wherever the user looks; a click shows it. */
export class TrainingStatus implements Disposable {
  readonly #disposables = new Disposables();
  readonly #item = this.#disposables.add(
    window.createStatusBarItem('gradientLens.training', StatusBarAlignment.Right, 101),
  );

  constructor(private readonly training: Training) {
    this.#item.name = l10n.t('Gradient Lens Training');
    this.#item.command = 'gradientLens.showTraining' satisfies CommandId;
    this.#disposables.add(training.onDidChange(() => this.#update()));
  }

  /** For the tests: what is shown, if anything is. */
  get text(): string | undefined {
    return this.training.live ? this.#item.text : undefined;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(): void {
    const { live } = this.training;
    if (!live) {
      this.#item.hide();
      return;
    }
    const { record, loss, paused } = live;
    const percent = record && record.steps > 0 ? Math.floor((100 * record.step) / record.steps) : 0;
    const title = paused ? l10n.t('Paused') : l10n.t('Training');
    const [done, mean] = [l10n.t('{0} %', percent), loss === undefined ? '' : ` · ${formatNumber(loss)}`];
    this.#item.text = `$(${paused ? 'debug-pause' : 'pulse'}) ${title} ${done}${mean}`;
    this.#item.tooltip = record
      ? l10n.t('{0}: minibatch {1} of {2}', record.name, formatNumber(record.step), formatNumber(record.steps))
      : l10n.t('The training is being prepared.');
    this.#item.accessibilityInformation = { label: `${title} ${done}`, role: 'button' };
    this.#item.show();
  }
}
