import path from 'node:path';
import { l10n, Range, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { UserError } from '../../core/errors';
import { describePreset } from '../../core/model/describePreset';
import type { PreprocessingPreset } from '../../core/image/inputChoices';
import { showInformation } from '../notify';
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
  const stem = name.replace(/\.[^.]+$/, '');
  for (const candidate of [`${name}.lens.json`, `${stem}.lens.json`, 'lens.json']) {
    const file = Uri.file(path.join(folder, candidate));
    if (await exists(file)) return file;
  }
  return Uri.file(path.join(folder, name === 'model.json' ? 'lens.json' : `${stem}.lens.json`));
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
  const isWritten = (await workspace.applyEdit(edit)) && (await (await workspace.openTextDocument(file)).save());
  if (!isWritten && !(await exists(file))) throw notWritable(file);
  if (!isWritten && (await workspace.openTextDocument(file)).isDirty) throw notWritable(file);
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

async function exists(file: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}

function notWritable(file: Uri): UserError {
  return new UserError(
    'file-unwritable',
    l10n.t('{0} could not be written.', file.fsPath),
    l10n.t('Make the folder writable, or describe the model in the setting “gradientLens.models”.'),
  );
}
