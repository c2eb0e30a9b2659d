import type { Disposable } from 'vscode';
import { l10n, StatusBarAlignment, window } from 'vscode';
import type { ModelFacts } from '../core/result/record';

/** Model and engine of what the panel shows, while the panel is in sight. */
export class StatusBar implements Disposable {
  readonly #item = window.createStatusBarItem('gradientLens.model', StatusBarAlignment.Right, 100);
  #model: ModelFacts | undefined;
  #visible = false;

  constructor() {
    this.#item.name = l10n.t('Gradient Lens Model');
    this.#item.command = 'gradientLens.selectModel';
  }

  set model(model: ModelFacts | undefined) {
    this.#model = model;
    this.#update();
  }

  set visible(visible: boolean) {
    this.#visible = visible;
    this.#update();
  }

  dispose(): void {
    this.#item.dispose();
  }

  #update(): void {
    if (!this.#visible || !this.#model) {
      this.#item.hide();
      return;
    }
    const { name, engine, engineReason } = this.#model;
    this.#item.text = `$(eye) ${name.replace(/\$\(/g, '$ (')} · ${engine}`;
    this.#item.tooltip = l10n.t('Model of Gradient Lens. Engine: {0}', engineReason);
    this.#item.accessibilityInformation = { label: l10n.t('Model {0}, engine {1}', name, engine), role: 'button' };
    this.#item.show();
  }
}
