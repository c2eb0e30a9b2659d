import type { AttributionResult, MethodCatalog } from '../src/engine/calls/service';
import { isPhoto } from '../src/core/render/defaultView';
import { objectiveWords } from '../src/core/result/objectiveWords';
import { griddingWords } from '../src/core/render/onGrid';
import type { RgbaImage } from '../src/core/render/map';
import { viewWords } from '../src/core/render/viewWords';
import type { PanelAttribute } from '../src/protocol/panel';
import type { ExportFormat } from '../src/core/result/exportFormats';
import { createAttributionControls } from './attributionControls';
import { attributionGeometry, createAttributionPanes, inputAsPicture } from './attributionPanes';
import { createClassesCard } from './charts/classesCard';
import { actionButton } from './controls/button';
import { createDisplayControls } from './controls/displayControls';
import { menuButton } from './controls/menuButton';
import { detailsCard } from './detailsCard';
import { element, oncePerFrame } from './dom';
import { encodeCanvas } from './encode';
import { attributionFacts, named, runFacts } from './facts';
import { renderFigure } from './figure';
import { formatNumber, formatSigned } from './format';
import { createHeader } from './header';
import { MapLook } from './mapLook';
import { createPaneGroup } from './panes/paneGroup';
import { decodePreview } from './panes/picture';
import { createProbeReporter } from './panes/reading';
import { createStatusBar } from './panes/statusBar';
import { createZoomBar } from './panes/zoomBar';
import type { Showing, View, ViewContext } from './view';

type State = { readonly catalog: MethodCatalog; readonly result: AttributionResult };

export function createAttributionView({ requests, post, saved, save }: ViewContext): View<Showing<AttributionResult>> {
  let shown: { readonly state: State; readonly picture: RgbaImage } | undefined;
  let latest: State | undefined;

  const controls = createAttributionControls((request) => void ask(request));
  const drawing = createAttributionPanes();
  const look = new MapLook({ saved, save });
  const display = createDisplayControls(saved().displayOpen, {
    changed: (change) => relook((state) => look.change(state, change)),
    exact: (isExact) => relook(() => look.showExact(isExact)),
    reset: () => relook((state) => look.reset(state)),
    toggled: (displayOpen) => save({ displayOpen }),
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
    actionButton('zap', 'Run Attack…', () => post({ type: 'command', command: 'runAttack' }), 'primary'),
    menuButton('export', 'Export…', [
      { label: 'Overlay', detail: 'PNG', action: () => void exportOverlay() },
      { label: 'Figure', detail: 'PNG', action: () => void exportFigure() },
      { label: 'Raw map', detail: 'NPY', action: () => exportPlain('map-npy') },
      { label: 'Record', detail: 'JSON', action: () => exportPlain('record-json') },
    ]),
    actionButton('type-hierarchy', 'Select Model…', () => post({ type: 'command', command: 'selectModel' })),
  ]);
  const classes = createClassesCard(saved().classesAsTable, (classesAsTable) => save({ classesAsTable }));
  const details = detailsCard();
  const [, overlayPane] = drawing.panes;
  overlayPane.footer.append(display.opacity);

  async function ask(request: PanelAttribute): Promise<void> {
    if (shown === undefined) return;
    const end = await requests.ask({ type: 'attribute', of: shown.state.result.record.id, request });
    // What was not done leaves the choosers where the user put them: show what is true again.
    if (end === 'failed' || end === 'cancelled') controls.set(shown.state.catalog, shown.state.result);
  }

  function showControls(state: State): void {
    display.set(look.viewOf(state), state.result.map.channels, isPhoto(state.result.input));
  }

  const redraw = oncePerFrame(() => {
    if (shown === undefined) return;
    drawing.draw(shown.state.result, shown.picture, look.viewOf(shown.state));
    group.refresh();
    if (group.probe() !== undefined) report(group.probe(), false);
  });

  function relook(change: (state: State) => void): void {
    if (shown === undefined) return;
    change(shown.state);
    showControls(shown.state);
    redraw();
  }

  async function update(state: State): Promise<void> {
    latest = state;
    const { catalog, result } = state;
    const isSamePicture = shown?.state.result.record.image.hash === result.record.image.hash;
    const picture = isSamePicture && shown !== undefined ? shown.picture : await pictureOf(result);
    // Decoding takes a while: a later result may have come meanwhile.
    if (latest !== state) return;
    shown = { state, picture };
    controls.set(catalog, result);
    showControls(state);
    header.showAttribution(result.record);
    classes.show(
      [{ name: 'Scores', scores: result.record.classes }],
      [result.record.objective.classIndex, ...(result.record.label === undefined ? [] : [result.record.label.index])],
    );
    details.show([...attributionFacts(result.record, catalog), ...runFacts(result.record)]);
    drawing.draw(result, picture, look.viewOf(state));
    group.setGeometry(attributionGeometry(result));
    redraw();
  }

  function exportPlain(format: ExportFormat): void {
    post({ type: 'export', format });
  }

  async function exportOverlay(): Promise<void> {
    if (shown === undefined) return;
    const png = await encodeCanvas(overlayPane.canvas);
    post({ type: 'export', format: 'overlay-png', png });
  }

  async function exportFigure(): Promise<void> {
    if (shown === undefined) return;
    const { catalog, result } = shown.state;
    const { record } = result;
    const [original, overlay, map] = drawing.panes;
    const method = catalog.attribution.find(({ id }) => id === record.method)?.label ?? record.method;
    const png = await renderFigure({
      title: `${method}: ${objectiveWords(record.objective)}`,
      panes: [
        { title: 'Original', canvas: original.canvas, lines: [named(record.classes[0]), record.image.name] },
        { title: 'Overlay', canvas: overlay.canvas, lines: [] },
        {
          title: 'Map',
          canvas: map.canvas,
          lines: [
            `${formatSigned(record.statistics.minimum)} … ${formatSigned(record.statistics.maximum)}`,
            griddingWords(result.map, record.model.input) ?? '',
            viewWords(look.viewOf(shown.state), result.map.channels),
          ].filter((line) => line !== ''),
        },
      ],
      note: `${record.model.name} · ${record.model.engine} · sum ${formatNumber(record.statistics.sum)}`,
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
      element(
        'section',
        { class: 'settings', attributes: { 'aria-label': 'Settings' } },
        controls.parameters,
        display.element,
      ),
      element('div', { class: 'stage' }, classes.element, details.element),
      statusBar.element,
    ),
    update: ({ catalog, results }) => void update({ catalog, result: results[0]! }),
    dispose() {
      group.dispose();
      classes.dispose();
    },
  };
}

/** The picture, or the model's view of it where its preview cannot be read. */
async function pictureOf(result: AttributionResult): Promise<RgbaImage> {
  try {
    return await decodePreview(result.picture);
  } catch {
    return inputAsPicture(result);
  }
}
