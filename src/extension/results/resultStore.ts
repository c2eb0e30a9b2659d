import type { ResultRecord } from '../../core/result/kinds';
import { randomBytes } from 'node:crypto';
import type { Disposable, Event, FileSystem } from 'vscode';
import { EventEmitter, FileType, Uri } from 'vscode';
import { isResultId } from '../../core/result/id';
import { object, possible, text } from '../../core/schema/kinds';
import { type Of, read as readAs } from '../../core/schema/schema';
import type { Result } from './resultFiles';
import { filesOf, parseRecord, RECORD_FILE, resultFrom } from './resultFiles';

/** A stored result without its arrays. */
export interface StoredRecord {
  readonly record: ResultRecord;
  /** Kept whatever the limit says. */
  readonly pinned: boolean;
  /** What the user wrote of it. */
  readonly words: ResultWords;
}

const resultWords = object({ name: possible(text(200)), note: possible(text(10_000)) });
export type ResultWords = Of<typeof resultWords>;

export interface ResultStoreOptions {
  /** Made with the first result. */
  readonly folder: Uri;
  readonly files: FileSystem;
  /** Most results that are kept, besides pinned ones. */
  readonly limit: () => number;
  readonly warn: (message: string) => void;
}

const UNFINISHED = '.unfinished-';
/** Before the name of a result that was deleted and can still be brought back. */
const ASIDE = '.deleted-';
const PIN_FILE = 'pinned';
const WORDS_FILE = 'words.json';
/** An unfinished folder older than this was left by a window that died. */
const ABANDONED_MILLISECONDS = 3_600_000;

/**
 * Results on disk, a folder each: written aside and renamed, so that a folder with a result's name is whole. Folders that
 * cannot be read are reported and left alone.
 */
export class ResultStore implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange: Event<void> = this.#changed.event;
  #known: Promise<Map<string, StoredRecord>> | undefined;

  constructor(private readonly options: ResultStoreOptions) {}

  /** Newest first. */
  async list(): Promise<readonly StoredRecord[]> {
    return [...(await this.#all()).values()].sort(newestFirst);
  }

  async read(id: string): Promise<Result> {
    const folder = this.#folderOf(id);
    return resultFrom(async (name) => this.options.files.readFile(Uri.joinPath(folder, name)));
  }

  async add(result: Result): Promise<void> {
    const { id } = result.record;
    const folder = this.#folderOf(id);
    const all = await this.#all();
    const unfinished = Uri.joinPath(this.options.folder, `${UNFINISHED}${randomBytes(8).toString('hex')}`);
    const { files } = this.options;
    await files.createDirectory(unfinished);
    try {
      for (const [name, bytes] of filesOf(result)) await files.writeFile(Uri.joinPath(unfinished, name), bytes);
      await files.rename(unfinished, folder, { overwrite: false });
    } catch (error) {
      await this.#remove(unfinished);
      throw error;
    }
    all.set(id, { record: result.record, pinned: false, words: {} });
    await this.#dropBeyondLimit(all, id);
    this.#changed.fire();
  }

  async delete(ids: readonly string[]): Promise<void> {
    const all = await this.#all();
    for (const id of ids) {
      await this.#remove(this.#folderOf(id));
      all.delete(id);
    }
    this.#changed.fire();
  }

  /** Takes results out of the list so that `bringBack` returns them; an hour later they are deleted when the store is next read. */
  async putAside(ids: readonly string[]): Promise<void> {
    const all = await this.#all();
    for (const id of ids) {
      if (!all.delete(id)) continue;
      const folder = this.#folderOf(id);
      // The folder's time tells since when it lies aside.
      await this.options.files.writeFile(Uri.joinPath(folder, `${ASIDE}since`), new Uint8Array());
      await this.options.files.rename(folder, this.#asideOf(id), { overwrite: true });
    }
    this.#changed.fire();
  }

  async bringBack(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const folder = this.#folderOf(id);
      if (!(await this.#exists(this.#asideOf(id))) || (await this.#exists(folder))) continue;
      await this.options.files.rename(this.#asideOf(id), folder, { overwrite: false });
      await this.#remove(Uri.joinPath(folder, `${ASIDE}since`));
    }
    this.refresh();
  }

  /** Deletes for good what was put aside. */
  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#remove(this.#asideOf(id));
  }

  async setWords(id: string, words: ResultWords): Promise<void> {
    const all = await this.#all();
    const stored = all.get(id);
    if (!stored) return;
    const bytes = new TextEncoder().encode(JSON.stringify(words));
    await this.options.files.writeFile(Uri.joinPath(this.#folderOf(id), WORDS_FILE), bytes);
    all.set(id, { ...stored, words });
    this.#changed.fire();
  }

  async setPinned(id: string, pinned: boolean): Promise<void> {
    const all = await this.#all();
    const stored = all.get(id);
    if (!stored) return;
    const file = Uri.joinPath(this.#folderOf(id), PIN_FILE);
    if (pinned) await this.options.files.writeFile(file, new Uint8Array());
    else await this.#remove(file);
    all.set(id, { ...stored, pinned });
    this.#changed.fire();
  }

  /** Looks at the disk again. */
  refresh(): void {
    this.#known = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #all(): Promise<Map<string, StoredRecord>> {
    return (this.#known ??= this.#scan());
  }

  async #scan(): Promise<Map<string, StoredRecord>> {
    const { files, folder, warn } = this.options;
    const entries = await files.readDirectory(folder).then(
      (found) => found,
      () => [],
    );
    const stored = await Promise.all(
      entries.map(async ([name, type]): Promise<StoredRecord | undefined> => {
        if (type !== FileType.Directory) return undefined;
        if (name.startsWith(UNFINISHED) || name.startsWith(ASIDE)) {
          await this.#removeAbandoned(name);
          return undefined;
        }
        try {
          const record = parseRecord(await files.readFile(Uri.joinPath(folder, name, RECORD_FILE)));
          if (record.id !== name) throw new TypeError(`it calls itself ${record.id}`);
          const pinned = await this.#exists(Uri.joinPath(folder, name, PIN_FILE));
          return { record, pinned, words: await this.#wordsIn(Uri.joinPath(folder, name, WORDS_FILE)) };
        } catch (error) {
          warn(`Result ${name} is left out: ${error instanceof Error ? error.message : String(error)}`);
          return undefined;
        }
      }),
    );
    return new Map(stored.filter((item) => item !== undefined).map((item) => [item.record.id, item]));
  }

  async #wordsIn(file: Uri): Promise<ResultWords> {
    if (!(await this.#exists(file))) return {};
    try {
      return readAs(resultWords, JSON.parse(new TextDecoder().decode(await this.options.files.readFile(file))));
    } catch (error) {
      this.options.warn(`${file.path} is left out: ${error instanceof Error ? error.message : String(error)}`);
      return {};
    }
  }

  async #dropBeyondLimit(all: Map<string, StoredRecord>, justAdded: string): Promise<void> {
    const older = [...all.values()].filter((item) => !isKept(item) && item.record.id !== justAdded);
    for (const { record } of older.sort(newestFirst).slice(this.options.limit() - 1)) {
      await this.#remove(this.#folderOf(record.id));
      all.delete(record.id);
    }
  }

  async #removeAbandoned(name: string): Promise<void> {
    const uri = Uri.joinPath(this.options.folder, name);
    try {
      const { mtime } = await this.options.files.stat(uri);
      if (Date.now() - mtime > ABANDONED_MILLISECONDS) await this.#remove(uri);
    } catch {
      // Another window finished or removed it meanwhile.
    }
  }

  async #remove(uri: Uri): Promise<void> {
    if (await this.#exists(uri)) await this.options.files.delete(uri, { recursive: true, useTrash: false });
  }

  #exists(uri: Uri): Promise<boolean> {
    return Promise.resolve(this.options.files.stat(uri)).then(
      () => true,
      () => false,
    );
  }

  #asideOf(id: string): Uri {
    return Uri.joinPath(this.#folderOf(id), '..', `${ASIDE}${id}`);
  }

  #folderOf(id: string): Uri {
    if (!isResultId(id)) throw new TypeError(`${id} is no name of a result`);
    return Uri.joinPath(this.options.folder, id);
  }
}

/** Whatever the limit says: pinned, or the user wrote something of it. */
export function isKept({ pinned, words: { name, note } }: Omit<StoredRecord, 'record'>): boolean {
  return pinned || name !== undefined || note !== undefined;
}

function newestFirst(a: StoredRecord, b: StoredRecord): number {
  return b.record.created.localeCompare(a.record.created) || b.record.id.localeCompare(a.record.id);
}
