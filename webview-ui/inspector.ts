import './styles/base.css';
import './styles/inspector.css';
import type { ResultRecord } from '../src/core/result/kinds';
import { type FromInspector, toInspector } from '../src/protocol/inspector';
import type { Probe } from '../src/protocol/panel';
import { element } from './dom';
import { factList, labelSource } from './facts';
import { provenance } from './inspector/provenance';
import { metricsTable, probeTable } from './inspector/tables';
import { connect } from './messaging';

const result = element('div', { class: 'inspector' });
const probeBody = element('div');
const probe = element('section', {}, element('h2', { text: 'Probe' }), probeBody);

function showRecord(record: ResultRecord | undefined): void {
  if (record === undefined) {
    result.replaceChildren(
      element('p', {
        class: 'inspector-empty',
        text: 'Select a result, or right-click an image and choose Gradient Lens: Show Attribution, to see its numbers here.',
      }),
    );
    return;
  }
  const measurements = record.kind === 'attribution' ? (record.measurements ?? []) : [];
  result.replaceChildren(
    element(
      'header',
      {},
      element('p', { class: 'inspector-title', text: record.image.name }),
      element('p', { class: 'inspector-empty', text: labelText(record) }),
    ),
    probe,
    ...(measurements.length === 0 ? [] : [section('Metrics', metricsTable(measurements))]),
    ...provenance(record).map(([title, facts]) => section(title, factList(facts))),
  );
}

function section(title: string, ...children: readonly HTMLElement[]): HTMLElement {
  return element('section', {}, element('h2', { text: title }), ...children);
}

function labelText({ label }: ResultRecord): string {
  return label === undefined ? 'True label not known' : `Label ${label.name}, ${labelSource(label)}`;
}

function showProbe(reading: Probe | undefined): void {
  if (reading === undefined) {
    probeBody.replaceChildren(
      element('p', { class: 'inspector-empty', text: 'Point at a pane of the panel to read a pixel.' }),
    );
    return;
  }
  probeBody.replaceChildren(probeTable(reading), factList([['Rank', `${reading.rank} of ${reading.count}`, 'number']]));
}

const host = connect<typeof toInspector, FromInspector>(toInspector, (message) => {
  switch (message.type) {
    case 'record': {
      showRecord(message.record);
      return;
    }
    case 'probe': {
      showProbe(message.probe);
      return;
    }
  }
});

document.body.classList.add('is-side-bar');
(document.getElementById('app') ?? document.body).append(result);
showRecord(undefined);
showProbe(undefined);
host.post({ type: 'ready' });
