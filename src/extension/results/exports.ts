import { l10n } from 'vscode';
import type { MethodCatalog } from '../../engine/calls/service';
import type { EngineService } from '../../engine/calls/table';
import { UserError } from '../../core/errors';
import { defaultView } from '../../core/render/defaultView';
import type { ExportFormat } from '../../protocol/panel';
import type { Result } from './resultFiles';
import { isAttack, npyOf } from './resultFiles';

export interface ExportEngine {
  readonly calls: Pick<EngineService, 'renderOverlay' | 'encode'>;
  knownCatalog(): Promise<MethodCatalog>;
}

export interface Export {
  readonly bytes: Uint8Array;
  /** What follows the image's name: `.gradient.overlay`. */
  readonly suffix: string;
  readonly ending: '.png' | '.npy' | '.json';
}

/** What a result can be exported as without a page that draws it. */
export function formatsOf(result: Result): readonly ExportFormat[] {
  return isAttack(result) ? ['adversarial', 'map-npy', 'record-json'] : ['overlay-png', 'map-npy', 'record-json'];
}

export function formatLabel(format: ExportFormat): string {
  switch (format) {
    case 'overlay-png':
      return l10n.t('Overlay (PNG)');
    case 'map-npy':
      return l10n.t('Raw map (NPY, float32)');
    case 'record-json':
      return l10n.t('Record (JSON)');
    case 'adversarial':
      return l10n.t('Adversarial image (PNG or NPY)');
    case 'figure-png':
      return l10n.t('Figure (PNG)');
  }
}

/** The file of `format`; `drawn` is the page's own picture, as the user sees it, where the page made one. */
export async function exportOf(
  result: Result,
  format: Exclude<ExportFormat, 'adversarial'>,
  engine: ExportEngine,
  drawn?: Uint8Array,
): Promise<Export> {
  const { record } = result;
  const method = record.kind === 'attribution' ? record.method : record.attack;
  switch (format) {
    case 'record-json':
      return {
        bytes: new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`),
        suffix: `.${method}`,
        ending: '.json',
      };
    case 'map-npy': {
      const [map, what] = isAttack(result) ? [result.perturbation, '.perturbation'] : [result.map, ''];
      return { bytes: npyOf(map), suffix: `.${method}${what}`, ending: '.npy' };
    }
    case 'overlay-png':
      return { bytes: drawn ?? (await overlay(result, engine)), suffix: `.${method}.overlay`, ending: '.png' };
    case 'figure-png':
      if (!drawn)
        throw new UserError('usage', 'A figure is drawn by the panel.', 'Open the result and export it there.');
      return { bytes: drawn, suffix: `.${method}.figure`, ending: '.png' };
  }
}

async function overlay(result: Result, engine: ExportEngine): Promise<Uint8Array> {
  if (isAttack(result))
    throw new UserError(
      'usage',
      'An attack has no overlay.',
      'Export the adversarial image or the perturbation instead.',
    );
  const { record, map, picture } = result;
  const { attribution } = await engine.knownCatalog();
  const display = attribution.find(({ id }) => id === record.method)?.display ?? 'diverging';
  return engine.calls.renderOverlay({
    map,
    picture,
    image: record.image,
    view: defaultView(display),
    grid: record.model.input,
  });
}
