import type { TrainingEvent } from '../../../src/engine/calls/training';
import type { PanelError } from '../../../src/protocol/panel';
import type { FinalMap, ToTraining } from '../../../src/protocol/training';
import type { Frame } from '../../../src/training/frames/frames';
import type { RunContents } from '../../../src/training/run/contents';
import type { RunRecord } from '../../../src/training/run/record';
import { announce } from '../../announce';
import { element } from '../../dom';
import type { TrainingContext } from '../view';
import type { WorkIndicator } from '../workIndicator';
import { createDetailCard } from '../integrated/detailCard';
import { createRunHeader } from './runHeader';
import { RunNumbers } from './runNumbers';
import { statusOf } from './status';
import { WatchedCard } from './watchedCard';

interface RunPage {
  readonly work: WorkIndicator;
  readonly fail: (error: PanelError) => void;
}

/** A run: its numbers and curves, and the watched images as they were at any of its minibatches. */
export class RunView {
  readonly element: HTMLElement;
  readonly #header;
  readonly #numbers: RunNumbers;
  readonly #watched: WatchedCard;
  readonly #detail;
  #record: RunRecord;
  #continuable: boolean;
  #selected: number | undefined;

  constructor(
    private readonly context: TrainingContext,
    page: RunPage,
    private readonly run: RunContents,
    startsLive: boolean,
  ) {
    const { post, saved } = context;
    const { record, continuable, history } = run;
    const goTo = (step: number): void => this.#watched.moveToStep(step);
    this.#record = record;
    this.#continuable = continuable;
    this.#header = createRunHeader(context, {
      film: () => void this.#watched.film(this.#record, page),
      exportRun: (what) => post({ type: 'export', what, map: saved().frames.map }),
    });
    const now = () => ({ record: this.#record, live: this.#watched.isLive });
    this.#numbers = new RunNumbers(context, history, now, goTo);
    this.#watched = new WatchedCard(context, run, startsLive, {
      mostSteps: () => this.#record.steps,
      picked: (image) => this.#select(image === this.#selected ? undefined : image),
      shown: (step) => {
        this.#numbers.curves.mark(step);
        this.#detail.mark(step);
      },
    });
    this.#detail = createDetailCard(context, record, {
      close: () => this.#select(undefined),
      refresh: (image) => post({ type: 'maps', image }),
      pickedStep: goTo,
    });
    this.#detail.element.hidden = true;
    this.element = element(
      'div',
      { class: 'page training-run' },
      this.#header.element,
      this.#numbers.figures.element,
      element('div', { class: 'run-body' }, this.#numbers.curves.element, this.#watched.element, this.#detail.element),
    );
    this.#show(record, startsLive);
    // What the run was made for has its place from the start; of a run that goes on it is asked for.
    if (!startsLive && run.frames.steps.length > 0) this.#select(run.pictures.length > 0 ? 0 : undefined, false);
  }

  /** Whether `run` is the one that is shown: then `set` keeps the place, the selection and the frames. */
  shows({ folder, record, pictures, frames }: RunContents): boolean {
    const { size } = this.run.frames;
    return (
      folder === this.run.folder &&
      record.id === this.#record.id &&
      pictures.length === this.run.pictures.length &&
      frames.size.height === size.height &&
      frames.size.width === size.width
    );
  }

  set(run: RunContents, live: boolean): void {
    this.#continuable = run.continuable;
    this.#numbers.restart(run.history);
    this.#watched.setSteps(run.frames.steps);
    this.#watched.setLive(live);
    this.#refreshMaps();
    this.#show(run.record, live);
  }

  take(event: TrainingEvent): void {
    switch (event.kind) {
      case 'minibatches':
        this.#numbers.append(event, this.#record.steps);
        // From the first minibatch on there is something to export.
        if (this.#record.step === 0) this.#show({ ...this.#record, step: this.#numbers.length }, this.#watched.isLive);
        return;
      case 'epoch': {
        const before = this.#record.epochs.filter(({ epoch }) => epoch < event.result.epoch);
        this.#record = { ...this.#record, epochs: [...before, event.result] };
        this.#numbers.validated();
        return;
      }
      case 'validating':
        this.#numbers.validating(event.done / Math.max(1, event.total));
        return;
      case 'frame':
        this.#watched.arrived(event.frame);
        return;
      case 'record':
        this.#takeRecord(event.record);
        return;
      case 'preparing':
      case 'checkpoint':
        return;
    }
  }

  takeFrames(request: number, frames: readonly Frame[]): void {
    this.#watched.received(request, frames);
  }

  takeMaps(maps: Extract<ToTraining, { type: 'maps' }>['maps'], finals: readonly FinalMap[]): void {
    if (maps.image === this.#selected) this.#detail.show(maps, finals, this.#watched.steps);
  }

  dispose(): void {
    this.#watched.dispose();
    this.#numbers.dispose();
    this.#detail.dispose();
  }

  #takeRecord(record: RunRecord): void {
    const hasChanged = this.#record.status !== record.status;
    const isOpen = record.status === 'running' || record.status === 'paused';
    if (!isOpen) this.#watched.setLive(false);
    this.#numbers.validated();
    this.#show(record, isOpen);
    if (!hasChanged) return;
    announce(statusOf(record, isOpen, this.#continuable));
    this.#refreshMaps();
  }

  #show(record: RunRecord, live: boolean): void {
    this.#record = record;
    this.#header.show(record, live, this.#continuable);
    this.#detail.update(record, live);
    this.#numbers.show();
    this.#watched.redraw();
  }

  #select(image: number | undefined, isAsked = true): void {
    this.#selected = image;
    this.#watched.select(image);
    this.#detail.element.hidden = image === undefined;
    const [picture, colors] = [this.run.pictures[image ?? -1], this.#watched.pictures[image ?? -1]];
    if (image === undefined || picture === undefined || colors === undefined) return;
    this.#detail.open(image, picture, colors);
    if (isAsked) this.#detail.element.scrollIntoView({ block: 'nearest' });
    this.#refreshMaps();
  }

  #refreshMaps(): void {
    if (this.#selected !== undefined) this.context.post({ type: 'maps', image: this.#selected });
  }
}
