import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Disposable, Event, FileSystemWatcher } from 'vscode';
import { EventEmitter, RelativePattern, Uri, workspace } from 'vscode';
import { settings } from '../config';
import { Disposables } from '../disposables';
import { hasModel } from './finalMaps';
import type { RunHead } from './readRunHead';
import { readRunHead } from './readRunHead';

/** A run on the disk. */
export interface FoundRun {
  readonly folder: string;
  readonly head: RunHead;
  /** Whether it ended with a model to use. */
  readonly hasModel: boolean;
}

const MOST_RUNS = 500;
/** Larger files are no records. */
const LARGEST_RECORD = 32 * 1024 ** 2;
const SETTLE_MILLISECONDS = 300;

/** The runs in the training folder. It is looked at when someone wants to know, and watched from then on. */
export class RunList implements Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new EventEmitter<void>());
  readonly onDidChange: Event<void> = this.#changed.event;
  #watched: { readonly folder: string; readonly watcher: FileSystemWatcher } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly folder: () => string,
    private readonly warn: (message: string) => void,
  ) {
    this.#disposables.add(
      workspace.onDidChangeConfiguration((event) => settings.trainingFolder.changedBy(event) && this.refresh()),
    );
    this.#disposables.add(workspace.onDidChangeWorkspaceFolders(() => this.refresh()));
  }

  /** Newest first. */
  async list(): Promise<readonly FoundRun[]> {
    const folder = this.folder();
    this.#watch(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const found = await Promise.all(names.slice(0, MOST_RUNS).map((name) => this.#read(path.join(folder, name))));
    return found
      .filter((run) => run !== undefined)
      .sort((a, b) => b.head.created.localeCompare(a.head.created) || b.folder.localeCompare(a.folder));
  }

  refresh(): void {
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watched?.watcher.dispose();
    this.#disposables.dispose();
  }

  async #read(folder: string): Promise<FoundRun | undefined> {
    const file = path.join(folder, 'run.json');
    const text = await readSmall(file).catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return { folder, head: readRunHead(JSON.parse(text)), hasModel: await hasModel(folder) };
    } catch (error) {
      this.warn(`Run ${file} is left out: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #watch(folder: string): void {
    if (this.#watched?.folder === folder) return;
    this.#watched?.watcher.dispose();
    // The folders too: of one that comes or goes as a whole, nothing may be told but itself.
    const pattern = new RelativePattern(Uri.file(folder), '{*,*/run.json}');
    const watcher = workspace.createFileSystemWatcher(pattern, false, true);
    const soon = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), SETTLE_MILLISECONDS);
    };
    watcher.onDidCreate(soon);
    watcher.onDidDelete(soon);
    this.#watched = { folder, watcher };
  }
}

async function readSmall(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const facts = await handle.stat();
    if (!facts.isFile() || facts.size > LARGEST_RECORD) throw new TypeError('Not a record');
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
