import { l10n, MarkdownString } from 'vscode';
import type { ResultRecord } from '../../core/result/kinds';
import { kindOf } from '../../core/result/kinds';

/** A result in full sentences, with the user's note. */
export function tooltipOf(record: ResultRecord, method: string, note: string | undefined): MarkdownString {
  const text = new MarkdownString();
  const line = (sentence: string) => text.appendText(sentence).appendMarkdown('\n\n');
  if (note !== undefined) line(note);
  line(l10n.t('{0} of {1}', method, record.image.name));
  const top = record.classes[0];
  if (top) line(l10n.t('Prediction: {0} ({1} %)', top.name, short(top.probability * 100)));
  const { after } = kindOf(record);
  const changed = after?.classes(record)[0];
  if (after && changed) line(l10n.t('{0}: {1} ({2} %)', after.title, changed.name, short(changed.probability * 100)));
  line(l10n.t('Model: {0}, engine {1}', record.model.name, record.model.engine));
  line(new Date(record.created).toLocaleString());
  return text;
}

/** The time of a result of today, else its date. */
export function timeOf({ created }: ResultRecord): string {
  const date = new Date(created);
  return date.toDateString() === new Date().toDateString()
    ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString();
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
