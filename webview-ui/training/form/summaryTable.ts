import type { NetworkSummary } from '../../../src/training/architectures/architecture';
import { element } from '../../dom';

const count = (value: number): string => value.toLocaleString('en');

/** A network layer by layer, with its total of parameters. */
export function summaryTable({ name, layers, parameters, trainableParameters }: NetworkSummary): HTMLElement {
  const cell = (text: string): HTMLElement => element('td', { class: 'number', text });
  const rowHead = (text: string, detail?: string): HTMLElement =>
    element(
      'th',
      { attributes: { scope: 'row' } },
      text,
      detail === undefined ? undefined : element('span', { class: 'layer-type', text: ` ${detail}` }),
    );
  const total = (text: string, value: number): HTMLElement =>
    element('tr', {}, rowHead(text), cell(''), cell(count(value)));
  return element(
    'table',
    { class: 'class-table' },
    element('caption', { class: 'screen-reader', text: name }),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['Layer', 'Output', 'Parameters'].map((text) => element('th', { text, attributes: { scope: 'col' } })),
      ),
    ),
    element(
      'tbody',
      {},
      ...layers.map((layer) =>
        element(
          'tr',
          {},
          rowHead(layer.name, layer.type),
          cell(layer.output.join(' × ')),
          cell(count(layer.parameters)),
        ),
      ),
    ),
    element(
      'tfoot',
      {},
      total('Total', parameters),
      ...(trainableParameters === parameters ? [] : [total('Trained', trainableParameters)]),
    ),
  );
}
