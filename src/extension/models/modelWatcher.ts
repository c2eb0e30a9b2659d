import path from 'node:path';
import type { Disposable } from 'vscode';
import { RelativePattern, Uri, workspace } from 'vscode';
import { Disposables } from '../disposables';

const SETTLE_MILLISECONDS = 300;

/** Watches the folder of the model that was last used; its files change together, so `changed` is called once for all. */
export class ModelWatcher implements Disposable {
  #watched: string | undefined;
  #disposables = new Disposables();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly changed: (modelPath: string) => void) {}

  watch(modelPath: string): void {
    if (modelPath === this.#watched) return;
    this.dispose();
    this.#watched = modelPath;
    const folder = Uri.file(path.dirname(modelPath));
    const watcher = this.#disposables.add(workspace.createFileSystemWatcher(new RelativePattern(folder, '*')));
    const soon = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.changed(modelPath), SETTLE_MILLISECONDS);
    };
    this.#disposables.add(watcher.onDidChange(soon));
    this.#disposables.add(watcher.onDidCreate(soon));
    this.#disposables.add(watcher.onDidDelete(soon));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watched = undefined;
    this.#disposables.dispose();
  }
}
