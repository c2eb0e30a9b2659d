import type { Disposable, TextDocumentContentProvider } from 'vscode';
import { commands, EventEmitter, l10n, languages, Uri, window, workspace } from 'vscode';
import type { ModelCheck } from '../../core/result/modelCheck';
import { modelCheckReport } from '../../core/result/modelCheckReport';
import { Disposables } from '../disposables';

const CHECK_SCHEME = 'gradient-lens-check';

/** Reports of model checks as read-only documents, one for each model; kept for the session. */
export class CheckReports implements TextDocumentContentProvider, Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new EventEmitter<Uri>());
  readonly #reports = new Map<string, string>();
  readonly onDidChange = this.#changed.event;
  /** The last one shown. */
  latest: { readonly uri: Uri; readonly check: ModelCheck } | undefined;

  constructor() {
    this.#disposables.add(workspace.registerTextDocumentContentProvider(CHECK_SCHEME, this));
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#reports.get(uri.toString()) ?? l10n.t('This report was of an earlier session: check the model again.');
  }

  /** Opens the report of a check, or shows the new one where an earlier one of the same model is open. */
  async show(check: ModelCheck): Promise<void> {
    const uri = uriOf(check);
    this.#reports.set(uri.toString(), modelCheckReport(check));
    this.latest = { uri, check };
    this.#changed.fire(uri);
    try {
      await commands.executeCommand('markdown.showPreview', uri);
    } catch {
      // The built-in Markdown extension is switched off: the text reads well too.
      const document = await languages.setTextDocumentLanguage(await workspace.openTextDocument(uri), 'markdown');
      await window.showTextDocument(document, { preview: true });
    }
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

/** The path is the tab's title; the query tells models of one name apart. */
function uriOf({ model }: ModelCheck): Uri {
  const name = model.name.replace(/[\\/\s]+/g, ' ').trim();
  return Uri.from({ scheme: CHECK_SCHEME, path: `/${name === '' ? 'model' : name}.md`, query: model.path });
}
