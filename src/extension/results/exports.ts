import { l10n } from 'vscode';
import type { MethodCatalog } from '../../engine/calls/service';
import type { EngineService } from '../../engine/calls/table';
import { UserError } from '../../core/errors';
import { defaultView } from '../../core/render/defaultView';
import type { ExportFormat } from '../../core/result/exportFormats';
import { kindOf } from '../../core/result/kinds';
import type { Result } from './resultFiles';
import { arrayOf, npyOf } from './resultFiles';

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
export function formatsOf({ record }: Result): readonly ExportFormat[] {
  return kindOf(record).exports;
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
  const { methodOf, raw } = kindOf(record);
  const method = methodOf(record);
  switch (format) {
    case 'record-json':
      return {
        bytes: new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`),
        suffix: `.${method}`,
        ending: '.json',
      };
    case 'map-npy':
      return { bytes: npyOf(arrayOf(result, raw.array)), suffix: `.${method}${raw.suffix}`, ending: '.npy' };
    case 'overlay-png':
      return { bytes: drawn ?? (await overlay(result, engine)), suffix: `.${method}.overlay`, ending: '.png' };
    case 'figure-png':
      if (!drawn)
        throw new UserError('usage', 'A figure is drawn by the panel.', 'Open the result and export it there.');
      return { bytes: drawn, suffix: `.${method}.figure`, ending: '.png' };
  }
}

async function overlay(result: Result, engine: ExportEngine): Promise<Uint8Array> {
  const { record, picture } = result;
  const kind = kindOf(record);
  if (kind.overlay === undefined)
    throw new UserError(
      'usage',
      `An ${kind.label.toLowerCase()} has no overlay.`,
      `Export one of these instead: ${kind.exports.map(formatLabel).join(', ')}.`,
    );
  const method = (await engine.knownCatalog())[kind.methods].find(({ id }) => id === kind.methodOf(record));
  return engine.calls.renderOverlay({
    map: arrayOf(result, kind.overlay),
    picture,
    image: record.image,
    view: defaultView(method && 'display' in method ? method.display : 'diverging', record.model.input),
    grid: record.model.input,
  });
}
