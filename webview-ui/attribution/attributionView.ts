import type { AttributionResult, MethodCatalog } from '../../src/engine/calls/service';
import { isPhoto } from '../../src/core/render/defaultView';
import type { RgbaImage } from '../../src/core/render/map';
import { griddingWords } from '../../src/core/render/onGrid';
import { viewWords } from '../../src/core/render/viewWords';
import { objectiveWords } from '../../src/core/result/objectiveWords';
import type { PanelAttribute } from '../../src/protocol/panel';
import { actionButton } from '../controls/button';
import { createDisplayControls } from '../controls/displayControls';
import { menuButton } from '../controls/menuButton';
import { encodeCanvas } from '../encode';
import { named, runFacts } from '../facts';
import { renderFigure } from '../figure';
import { formatNumber, formatSigned } from '../format';
import { createMeasurements } from '../measurements/measurements';
import { decodePreview } from '../panes/picture';
import { ResultPage } from '../resultPage';
import type { Showing, View, ViewContext, ViewKind } from '../view';
import { createAttributionControls } from './attributionControls';
import { attributionFacts } from './attributionFacts';
import { attributionHeading } from './attributionHeading';
import { attributionGeometry, createAttributionPanes, inputAsPicture } from './attributionPanes';
import { MapLook } from './mapLook';

type Results = Showing<AttributionResult>;

interface Shown {
  readonly catalog: MethodCatalog;
  readonly result: AttributionResult;
  readonly picture: RgbaImage;
}

/** A picture, a map of it laid over it, and the map. */
class AttributionView implements View<Results> {
  readonly #context: ViewContext;
  readonly #drawing = createAttributionPanes();
  readonly #controls = createAttributionControls((request) => void this.#ask(request));
  readonly #display;
  readonly #measurements = createMeasurements(() => this.#measure());
  readonly #look: MapLook;
  readonly #page: ResultPage;
  #shown: Shown | undefined;
  #latest: AttributionResult | undefined;

  constructor(context: ViewContext) {
    const { post, saved, save } = context;
    this.#context = context;
    this.#look = new MapLook(context);
    this.#display = createDisplayControls(saved().displayOpen, {
      changed: (change) => this.#relook((shown) => this.#look.change(shown, change)),
      exact: (isExact) => this.#relook(() => this.#look.showExact(isExact)),
      reset: () => this.#relook((shown) => this.#look.reset(shown)),
      toggled: (displayOpen) => save({ displayOpen }),
    });
    const [, overlay] = this.#drawing.panes;
    overlay.footer.append(this.#display.opacity);
    this.#page = new ResultPage(context, {
      actions: [
        actionButton('zap', 'Run Attack…', () => post({ type: 'command', command: 'runAttack' }), 'primary'),
        menuButton('export', 'Export…', [
          { label: 'Overlay', detail: 'PNG', action: () => void this.#exportOverlay() },
          { label: 'Figure', detail: 'PNG', action: () => void this.#exportFigure() },
          { label: 'Raw map', detail: 'NPY', action: () => post({ type: 'export', format: 'map-npy' }) },
          { label: 'Record', detail: 'JSON', action: () => post({ type: 'export', format: 'record-json' }) },
        ]),
        actionButton('type-hierarchy', 'Select Model…', () => post({ type: 'command', command: 'selectModel' })),
      ],
      controls: [this.#controls.element],
      settings: [this.#controls.parameters, this.#display.element],
      panes: this.#drawing.panes,
      read: (cell) => this.#drawing.probe(cell),
      draw: () => this.#draw(),
    });
  }

  get element(): HTMLElement {
    return this.#page.element;
  }

  update({ catalog, results: [result] }: Results): void {
    if (result !== undefined) void this.#show(catalog, result);
  }

  dispose(): void {
    this.#page.dispose();
  }

  async #show(catalog: MethodCatalog, result: AttributionResult): Promise<void> {
    this.#latest = result;
    const before = this.#shown;
    const { record } = result;
    const isSamePicture = before?.result.record.image.hash === record.image.hash;
    const picture = isSamePicture ? before.picture : await pictureOf(result);
    // Decoding takes a while: a later result may have come meanwhile.
    if (this.#latest !== result) return;
    this.#shown = { catalog, result, picture };
    this.#controls.set(catalog, result);
    this.#showLook(this.#shown);
    this.#page.header.show(record, attributionHeading(record));
    this.#page.classes.show(
      [{ name: 'Scores', scores: record.classes }],
      [record.objective.classIndex, ...(record.label === undefined ? [] : [record.label.index])],
    );
    this.#measurements.show(record, catalog);
    this.#page.details.show([...attributionFacts(record, catalog), ...runFacts(record)], this.#measurements.element);
    this.#draw();
    this.#page.place(attributionGeometry(result));
  }

  async #ask(request: PanelAttribute): Promise<void> {
    if (this.#shown === undefined) return;
    const end = await this.#context.requests.ask({ type: 'attribute', of: this.#shown.result.record.id, request });
    // What was not done leaves the choosers where the user put them: show what is true again.
    if (end === 'failed' || end === 'cancelled') this.#controls.set(this.#shown.catalog, this.#shown.result);
  }

  #measure(): void {
    if (this.#shown !== undefined) void this.#ask({ ...requestOf(this.#shown.result), measure: true });
  }

  #showLook(shown: Shown): void {
    const { map, input } = shown.result;
    this.#display.set(this.#look.viewOf(shown), map.channels, isPhoto(input));
  }

  #relook(change: (shown: Shown) => void): void {
    if (this.#shown === undefined) return;
    change(this.#shown);
    this.#showLook(this.#shown);
    this.#page.redraw();
  }

  #draw(): void {
    if (this.#shown === undefined) return;
    this.#drawing.draw(this.#shown.result, this.#shown.picture, this.#look.viewOf(this.#shown));
  }

  async #exportOverlay(): Promise<void> {
    if (this.#shown === undefined) return;
    const [, overlay] = this.#drawing.panes;
    this.#context.post({ type: 'export', format: 'overlay-png', png: await encodeCanvas(overlay.canvas) });
  }

  async #exportFigure(): Promise<void> {
    if (this.#shown === undefined) return;
    const { catalog, result } = this.#shown;
    const { record } = result;
    const [original, overlay, map] = this.#drawing.panes;
    const method = catalog.attribution.find(({ id }) => id === record.method)?.label ?? record.method;
    const png = await renderFigure({
      title: [`${method}: ${objectiveWords(record.objective)}`, record.stage].filter(Boolean).join(', '),
      panes: [
        { title: 'Original', canvas: original.canvas, lines: [named(record.classes[0]), record.image.name] },
        { title: 'Overlay', canvas: overlay.canvas, lines: [] },
        {
          title: 'Map',
          canvas: map.canvas,
          lines: [
            `${formatSigned(record.statistics.minimum)} … ${formatSigned(record.statistics.maximum)}`,
            griddingWords(result.map, record.model.input) ?? '',
            viewWords(this.#look.viewOf(this.#shown), result.map.channels),
          ].filter((line) => line !== ''),
        },
      ],
      note: `${record.model.name} · ${record.model.engine} · sum ${formatNumber(record.statistics.sum)}`,
    });
    this.#context.post({ type: 'export', format: 'figure-png', png });
  }
}

export const attributionViewKind: ViewKind<Results> = {
  create: (context) => new AttributionView(context),
  summary({ results: [result] }) {
    const stage = result?.record.stage;
    return stage === undefined ? `Done: ${named(result?.record.classes[0])}` : `So far, ${stage}`;
  },
};

/** What the result that is shown was asked with. */
function requestOf({ record: { method, parameters, objective } }: AttributionResult): PanelAttribute {
  const { kind, classIndex, against } = objective;
  return {
    method,
    classIndex,
    objective: kind === 'combination' ? 'logit' : kind,
    ...(against && { against: against.classIndex }),
    parameters,
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
