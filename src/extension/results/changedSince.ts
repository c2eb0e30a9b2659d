import { createHash } from 'node:crypto';
import { l10n, Uri, workspace } from 'vscode';
import type { ResultRecord } from '../../core/result/kinds';
import type { ModelFacts } from '../../core/result/record';
import type { PanelError } from '../../protocol/panelError';
import { subjectFromPath } from '../images/subject';

type State = 'same' | 'changed' | 'gone';

/** The hash of the model as it would be used now; undefined where nobody can tell without starting the engine. */
type HashOf = (facts: ModelFacts) => Promise<string | undefined>;

/** Says of a stored result that its picture or model is no longer what it was; undefined where both are. */
export async function changedSince(
  { image, model, created }: ResultRecord,
  hashOf: HashOf,
): Promise<PanelError | undefined> {
  const [picture, network] = await Promise.all([stateOfPicture(image), stateOfModel(model, created, hashOf)]);
  const sentences = [sentenceOf(image.name, picture), sentenceOf(model.name, network)].filter((text) => text !== '');
  if (sentences.length === 0) return undefined;
  const hint = [picture, network].includes('gone')
    ? l10n.t('What is shown is what was computed then; it cannot be computed again before the file is back.')
    : l10n.t('What is shown is what was computed then; ask again to compute it of the files as they are now.');
  return { message: sentences.join(' '), hint };
}

function sentenceOf(name: string, state: State): string {
  if (state === 'same') return '';
  return state === 'gone' ? l10n.t('{0} was moved or deleted since.', name) : l10n.t('{0} was changed since.', name);
}

async function stateOfPicture({ path, hash }: ResultRecord['image']): Promise<State> {
  if (path === undefined) return 'same';
  try {
    const bytes = await workspace.fs.readFile(subjectFromPath(path).uri);
    return createHash('sha256').update(bytes).digest('hex') === hash ? 'same' : 'changed';
  } catch {
    return 'gone';
  }
}

/** By its hash, else by the time of its file. */
async function stateOfModel(facts: ModelFacts, created: string, hashOf: HashOf): Promise<State> {
  let written: number;
  try {
    written = (await workspace.fs.stat(Uri.file(facts.path))).mtime;
  } catch {
    return 'gone';
  }
  try {
    const hash = await hashOf(facts);
    if (hash !== undefined) return hash === facts.hash ? 'same' : 'changed';
    return written <= Date.parse(created) ? 'same' : 'changed';
  } catch {
    // It is there, and is no longer the model that it was: it cannot be opened.
    return 'changed';
  }
}
