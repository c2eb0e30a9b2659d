import { l10n } from 'vscode';
import type { ModelReference } from '../../core/model/modelInfo';

/** A model that can be chosen. */
export interface ModelChoice {
  /** Stable between sessions. */
  readonly id: string;
  readonly name: string;
  readonly source: ModelSource;
  /** Where it lies, as a person says it: its folder, or the run that it came from. */
  readonly place?: string;
  readonly reference: ModelReference;
}

/** Where a model is known from: the settings, an earlier choice, the workspace's files, or this extension. */
export type ModelSource = 'setting' | 'remembered' | 'workspace' | 'bundled';

export function sourceLabel(source: ModelSource): string {
  switch (source) {
    case 'setting':
      return l10n.t('From Settings');
    case 'remembered':
      return l10n.t('Used Before');
    case 'workspace':
      return l10n.t('In This Workspace');
    case 'bundled':
      return l10n.t('Bundled');
  }
}

/** The second text of a model in a list: where it is known from and where it lies. */
export function whereabouts({ source, place }: ModelChoice): string {
  return [sourceLabel(source), ...(place === undefined ? [] : [place])].join(' · ');
}
