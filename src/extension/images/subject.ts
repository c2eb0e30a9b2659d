import { Uri, workspace } from 'vscode';
import type { ImageReference } from '../../engine/calls/service';
import { UserError } from '../../core/errors';
import { settings } from '../config';

/** An image that is looked at. */
export interface Subject {
  readonly uri: Uri;
  readonly name: string;
}

const LARGEST_FILE = 512 * 1024 * 1024;

export function subjectOf(uri: Uri): Subject {
  return { uri, name: uri.path.slice(uri.path.lastIndexOf('/') + 1) };
}

/** The image of a record, whose path is a file's or a URI. */
export function subjectFromPath(path: string): Subject {
  // One letter before the colon is a drive.
  return subjectOf(/^[a-z][a-z0-9+.-]+:/i.test(path) ? Uri.parse(path) : Uri.file(path));
}

/** What the engine reads: the file itself, or its bytes where it is not on this machine's disk. */
export async function imageReference({ uri, name }: Subject): Promise<ImageReference> {
  const limitMegapixels = settings.limitMegapixels.read(uri);
  if (uri.scheme === 'file') return { path: uri.fsPath, limitMegapixels };
  try {
    const { size } = await workspace.fs.stat(uri);
    if (size > LARGEST_FILE)
      throw new UserError('image-too-large', `${name} is larger than 512 MB.`, 'Copy it to this machine first.');
    return { path: uri.toString(), bytes: new Uint8Array(await workspace.fs.readFile(uri)), limitMegapixels };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('image-unreadable', `${name} cannot be read.`, 'Check that it exists and try again.');
  }
}
