import type { AttackResult, MethodCatalog } from '../../src/engine/calls/service';
import { changeSize } from '../../src/core/result/changeSize';
import type { AttackRecord } from '../../src/core/result/kinds/attack';
import type { PanelAttack } from '../../src/protocol/panel';
import { actionButton } from '../controls/button';
import { menuButton } from '../controls/menuButton';
import { named, runFacts } from '../facts';
import { renderFigure } from '../figure';
import { formatNumber, formatSteps } from '../format';
import { ResultPage } from '../resultPage';
import type { SavedState } from '../savedState';
import type { Showing, View, ViewContext, ViewKind } from '../view';
import { createAttackControls } from './attackControls';
import { attackFacts, normsTable } from './attackFacts';
import { attackHeading } from './attackHeading';
import { attackGeometry, createAttackPanes, type PerturbationLook } from './attackPanes';
import { verdictOf } from './verdict';

type Results = Showing<AttackResult>;

/** An image, what was added to it, and what came of it. */
class AttackView implements View<Results> {
  readonly #context: ViewContext;
  readonly #drawing = createAttackPanes();
  readonly #controls;
  readonly #page: ResultPage;
  #shown: { readonly catalog: MethodCatalog; readonly result: AttackResult } | undefined;

  constructor(context: ViewContext) {
    const { requests, post, saved, save } = context;
    this.#context = context;
    this.#controls = createAttackControls(lookOf(saved()), {
      request: (request) => void this.#ask(request),
      whenFree: (ask) => requests.whenFree('attack', ask),
      looked: ({ view, unclamped }) => {
        save({ perturbation: view, unclamped });
        this.#page.redraw();
      },
    });
    this.#page = new ResultPage(context, {
      actions: [
        actionButton(
          'save',
          'Save Adversarial Image…',
          () => post({ type: 'export', format: 'adversarial' }),
          'primary',
        ),
        menuButton('export', 'Export…', [
          { label: 'Figure', detail: 'PNG', action: () => void this.#exportFigure() },
          { label: 'Record', detail: 'JSON', action: () => post({ type: 'export', format: 'record-json' }) },
        ]),
        actionButton('eye', 'Show Attribution', () => post({ type: 'command', command: 'showAttribution' })),
        actionButton('type-hierarchy', 'Select Model…', () => post({ type: 'command', command: 'selectModel' })),
      ],
      controls: [this.#controls.element],
      settings: [this.#controls.parameters],
      panes: this.#drawing.panes,
      read: (cell) => this.#drawing.probe(cell),
      draw: () => this.#draw(),
    });
  }

  get element(): HTMLElement {
    return this.#page.element;
  }

  update({ catalog, results: [result] }: Results): void {
    if (result === undefined) return;
    this.#shown = { catalog, result };
    const { record } = result;
    this.#controls.set(catalog, result);
    this.#page.header.show(record, attackHeading(record));
    this.#page.classes.show(
      [
        { name: 'Before', scores: record.classes },
        { name: 'After', scores: record.adversarialClasses },
      ],
      [record.goal.label.index],
    );
    this.#page.details.show(
      [...attackFacts(record, catalog), ...runFacts(record)],
      normsTable(record.norms, record.saved.norms),
    );
    this.#draw();
    this.#page.place(attackGeometry(result));
  }

  dispose(): void {
    this.#page.dispose();
    this.#controls.dispose();
  }

  async #ask(request: PanelAttack): Promise<void> {
    if (this.#shown === undefined) return;
    const end = await this.#context.requests.ask({ type: 'attack', of: this.#shown.result.record.id, request });
    // What was not done leaves the controls where the user put them: show what is true again.
    if (end === 'failed' || end === 'cancelled') this.#controls.set(this.#shown.catalog, this.#shown.result);
  }

  #draw(): void {
    if (this.#shown !== undefined) this.#drawing.draw(this.#shown.result, lookOf(this.#context.saved()));
  }

  async #exportFigure(): Promise<void> {
    if (this.#shown === undefined) return;
    const { record } = this.#shown.result;
    const [input, perturbation, adversarial] = this.#drawing.panes;
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
    this.#context.post({ type: 'export', format: 'figure-png', png });
  }
}

function lookOf({ perturbation, unclamped }: SavedState): PerturbationLook {
  return { view: perturbation, unclamped };
}

export const attackViewKind: ViewKind<Results> = {
  create: (context) => new AttackView(context),
  summary: ({ results }) => results.map(({ record }) => verdictOf(record).sentence).join(' '),
};

function sizeWords(record: AttackRecord): string {
  const { symbol, value } = changeSize(record);
  const isOfPixels = (record.norm ?? 'linf') === 'linf';
  return `${symbol} = ${formatNumber(value)}${isOfPixels ? ` (${formatSteps(value)})` : ''}`;
}
