import path from 'node:path';
import { l10n, Range, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { UserError } from '../../core/errors';
import { describePreset } from '../../core/model/describePreset';
import type { PreprocessingPreset } from '../../core/image/inputChoices';
import { descriptionNames } from '../../core/model/descriptionNames';
import { showInformation } from '../notify';
import { exists } from '../saveFile';
import type { ModelChoice } from './modelChoice';

/**
 * The file that describes a model, in the order in which the engine looks for it; where there is none, the one that would describe this
 * model alone. Throws `UserError('model-spec')` where the description stands elsewhere.
 */
export async function descriptionFile({ source, reference }: ModelChoice): Promise<Uri> {
  if (source === 'bundled')
    throw new UserError(
      'model-spec',
      l10n.t('How the bundled models take their pixels is known.'),
      l10n.t('Choose a model of your own.'),
    );
  if (reference.spec !== undefined)
    throw new UserError(
      'model-spec',
      l10n.t('The setting “gradientLens.models” describes this model.'),
      l10n.t('Set “preset” there, in “spec” → “input”.'),
    );
  if (reference.specPath !== undefined) return Uri.file(reference.specPath);
  const folder = path.dirname(reference.path);
  const name = path.basename(reference.path);
  const files = descriptionNames(name).map((each) => Uri.file(path.join(folder, each)));
  for (const file of files) if (await exists(file)) return file;
  const [, own, common] = files;
  return name === 'model.json' ? common! : own!;
}

/** Writes a preset into a model's description, which may be undone in its editor. Throws `UserError` where that cannot be. */
export async function writePreset(file: Uri, preset: PreprocessingPreset): Promise<void> {
  const edit = new WorkspaceEdit();
  if (await exists(file)) {
    const document = await workspace.openTextDocument(file);
    const text = jsonText(describePreset(parse(document.getText()), preset), file);
    edit.replace(file, new Range(document.positionAt(0), document.positionAt(document.getText().length)), text);
  } else {
    edit.createFile(file, { contents: new TextEncoder().encode(jsonText(describePreset({}, preset), file)) });
  }
  if (!(await workspace.applyEdit(edit))) throw notWritable(file);
  const document = await workspace.openTextDocument(file);
  if (document.isDirty && !(await document.save())) throw notWritable(file);
}

/** Offers to look at what was written. */
export async function tellWritten(file: Uri): Promise<void> {
  const open = l10n.t('Open');
  const chosen = await showInformation(
    l10n.t('{0} now says how this model takes its pixels.', path.basename(file.fsPath)),
    open,
  );
  if (chosen === open) await window.showTextDocument(file);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonText(value: object | undefined, file: Uri): string {
  if (value === undefined)
    throw new UserError(
      'model-spec',
      l10n.t('{0} is not a description of a model.', path.basename(file.fsPath)),
      l10n.t('Correct it, or remove it, and choose again.'),
    );
  return `${JSON.stringify(value, null, 2)}\n`;
}

function notWritable(file: Uri): UserError {
  return new UserError(
    'file-unwritable',
    l10n.t('{0} could not be written.', file.fsPath),
    l10n.t('Make the folder writable, or describe the model in the setting “gradientLens.models”.'),
  );
}
