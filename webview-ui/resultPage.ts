import { createClassesCard } from './charts/classesCard';
import { detailsCard } from './detailsCard';
import { element, oncePerFrame } from './dom';
import { createHeader } from './header';
import type { Cell, Geometry } from './panes/grid';
import type { Pane } from './panes/pane';
import { createPaneGroup } from './panes/paneGroup';
import { createProbeReporter, type Reading } from './panes/reading';
import { createStatusBar } from './panes/statusBar';
import { createZoomBar } from './panes/zoomBar';
import type { ViewContext } from './view';

/** What a view puts on its page. */
interface PageParts {
  readonly actions: readonly HTMLElement[];
  /** What is chosen often: one line above the panes. */
  readonly controls: readonly HTMLElement[];
  /** What is chosen rarely, below them. */
  readonly settings: readonly HTMLElement[];
  readonly panes: readonly Pane[];
  readonly read: (cell: Cell) => Reading;
  /** Draws the panes as the user looks at them now. */
  readonly draw: () => void;
}

/** The page of a result: header, controls, panes with one zoom and one probe, classes and details. */
export class ResultPage {
  readonly element: HTMLElement;
  readonly header;
  readonly classes;
  readonly details = detailsCard();
  /** Draws the panes anew in the next frame. */
  readonly redraw: () => void;
  readonly #group;

  constructor({ post, saved, save }: ViewContext, { actions, controls, settings, panes, read, draw }: PageParts) {
    const zoomBar = createZoomBar(() => group);
    const statusBar = createStatusBar(zoomBar.element);
    const report = createProbeReporter(read, statusBar, (probe) => post({ type: 'probe', probe }));
    const group = createPaneGroup(panes, { probed: report, zoomed: zoomBar.show });
    this.#group = group;
    this.header = createHeader(actions, () => post({ type: 'command', command: 'choosePreprocessing' }));
    this.classes = createClassesCard(saved().classesAsTable, (classesAsTable) => save({ classesAsTable }));
    this.redraw = oncePerFrame(() => {
      draw();
      group.refresh();
      if (group.probe() !== undefined) report(group.probe(), false);
    });
    this.element = element(
      'main',
      { class: 'page' },
      this.header.element,
      element('section', { class: 'toolbar', attributes: { 'aria-label': 'Controls' } }, ...controls),
      element('div', { class: 'panes' }, ...panes.map((pane) => pane.element)),
      element('section', { class: 'settings', attributes: { 'aria-label': 'Settings' } }, ...settings),
      element('div', { class: 'stage' }, this.classes.element, this.details.element),
      statusBar.element,
    );
  }

  /** Takes over what the panes show from now on, and draws it. */
  place(geometry: Geometry): void {
    this.#group.setGeometry(geometry);
    this.redraw();
  }

  dispose(): void {
    this.#group.dispose();
    this.classes.dispose();
  }
}
