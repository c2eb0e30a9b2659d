import { changeSize } from '../src/core/result/changeSize';
import type { AttackRecord } from '../src/core/result/kinds/attack';
import type { AttackResult, MethodCatalog } from '../src/engine/calls/service';
import type { PanelAttack } from '../src/protocol/panel';
import { createAttackControls } from './attackControls';
import { attackGeometry, createAttackPanes } from './attackPanes';
import { createClassesCard } from './charts/classesCard';
import { actionButton } from './controls/button';
import { menuButton } from './controls/menuButton';
import { detailsCard } from './detailsCard';
import { element, oncePerFrame } from './dom';
import { attackFacts, named, normsTable, runFacts } from './facts';
import { renderFigure } from './figure';
import { formatNumber, formatSteps } from './format';
import { createHeader } from './header';
import { createPaneGroup } from './panes/paneGroup';
import { createProbeReporter } from './panes/reading';
import { createStatusBar } from './panes/statusBar';
import { createZoomBar } from './panes/zoomBar';
import { verdictOf } from './verdict';
import type { Showing, View, ViewContext } from './view';

type State = { readonly catalog: MethodCatalog; readonly result: AttackResult };

function sizeWords(record: AttackRecord): string {
  const { symbol, value } = changeSize(record);
  const isOfPixels = (record.norm ?? 'linf') === 'linf';
  return `${symbol} = ${formatNumber(value)}${isOfPixels ? ` (${formatSteps(value)})` : ''}`;
}

export function createAttackView({ requests, post, saved, save }: ViewContext): View<Showing<AttackResult>> {
  let shown: State | undefined;

  const drawing = createAttackPanes();
  const controls = createAttackControls(saved().perturbation, {
    request: (request) => void ask(request),
    whenFree: (ask) => requests.whenFree('attack', ask),
    looked: (perturbation) => {
      save({ perturbation });
      redraw();
    },
  });
  const zoomBar = createZoomBar(() => group);
  const statusBar = createStatusBar(zoomBar.element);
  const report = createProbeReporter(
    (cell) => drawing.probe(cell),
    statusBar,
    (probe) => post({ type: 'probe', probe }),
  );
  const group = createPaneGroup(drawing.panes, {
    probed: (cell, byKey) => report(cell, byKey),
    zoomed: zoomBar.show,
  });
  const header = createHeader([
    actionButton('save', 'Save Adversarial Image…', () => post({ type: 'export', format: 'adversarial' }), 'primary'),
    menuButton('export', 'Export…', [
      { label: 'Figure', detail: 'PNG', action: () => void exportFigure() },
      { label: 'Record', detail: 'JSON', action: () => post({ type: 'export', format: 'record-json' }) },
    ]),
    actionButton('eye', 'Show Attribution', () => post({ type: 'command', command: 'showAttribution' })),
    actionButton('type-hierarchy', 'Select Model…', () => post({ type: 'command', command: 'selectModel' })),
  ]);
  const classes = createClassesCard(saved().classesAsTable, (classesAsTable) => save({ classesAsTable }));
  const details = detailsCard();

  async function ask(request: PanelAttack): Promise<void> {
    if (shown === undefined) return;
    const end = await requests.ask({ type: 'attack', of: shown.result.record.id, request });
    // What was not done leaves the controls where the user put them: show what is true again.
    if (end === 'failed' || end === 'cancelled') controls.set(shown.catalog, shown.result);
  }

  const redraw = oncePerFrame(() => {
    if (shown === undefined) return;
    drawing.draw(shown.result, saved().perturbation);
    group.refresh();
    if (group.probe() !== undefined) report(group.probe(), false);
  });

  async function exportFigure(): Promise<void> {
    if (shown === undefined) return;
    const { record } = shown.result;
    const [input, perturbation, adversarial] = drawing.panes;
    const png = await renderFigure({
      title: verdictOf(record).sentence,
      panes: [
        { title: 'a', canvas: input.canvas, lines: [named(record.classes[0])] },
        {
          title: `δ, shown as ${perturbation.note.textContent}`,
          canvas: perturbation.canvas,
          lines: [named(record.perturbationClasses[0])],
        },
        { title: 'a′', canvas: adversarial.canvas, lines: [named(record.adversarialClasses[0])] },
      ],
      note: `${record.attack}, ${sizeWords(record)} · ${record.model.name} · ${record.model.engine}`,
    });
    post({ type: 'export', format: 'figure-png', png });
  }

  return {
    element: element(
      'main',
      { class: 'page' },
      header.element,
      element('section', { class: 'toolbar', attributes: { 'aria-label': 'Controls' } }, controls.element),
      element('div', { class: 'panes' }, ...drawing.panes.map((pane) => pane.element)),
      element('section', { class: 'settings', attributes: { 'aria-label': 'Settings' } }, controls.parameters),
      element('div', { class: 'stage' }, classes.element, details.element),
      statusBar.element,
    ),
    update({ catalog, results }) {
      const result = results[0]!;
      shown = { catalog, result };
      const { record } = result;
      controls.set(catalog, result);
      header.showAttack(record);
      classes.show(
        [
          { name: 'Before', scores: record.classes },
          { name: 'After', scores: record.adversarialClasses },
        ],
        [record.goal.label.index],
      );
      details.show(
        [...attackFacts(record, catalog), ...runFacts(record)],
        normsTable(record.norms, record.saved.norms),
      );
      drawing.draw(result, saved().perturbation);
      group.setGeometry(attackGeometry(result));
      redraw();
    },
    dispose() {
      group.dispose();
      classes.dispose();
      controls.dispose();
    },
  };
}
