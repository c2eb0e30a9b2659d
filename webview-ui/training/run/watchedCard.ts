import type { RgbaImage } from '../../../src/core/render/map';
import type { Frame } from '../../../src/training/frames/frames';
import type { RunContents } from '../../../src/training/run/contents';
import type { RunRecord } from '../../../src/training/run/record';
import type { TrainingContext } from '../view';
import { element, oncePerFrame } from '../../dom';
import type { FrameIndex } from '../logic/frameIndex';
import { pictureColors } from '../logic/frameMap';
import { type FilmPage, makeFilm } from './film/makeFilm';
import { createFrameStore } from './frameStore';
import { createMapControls } from './mapControls';
import { createPlayer } from './player';
import { createScrubber } from './scrubber';
import { createWatchedGrid } from './watchedGrid';

interface WatchedEvents {
  /** Steps of the whole run, as far as it is known now. */
  readonly mostSteps: () => number;
  readonly picked: (image: number) => void;
  /** The step whose frame is shown; undefined: the newest of a live run. */
  readonly shown: (step: number | undefined) => void;
}

const NOTHING_WATCHED =
  'No image was watched in this run, so it has no maps. To see them form, choose New Training… and Add Images… under Watched images, or right-click pictures in the Explorer and choose Gradient Lens: Watch in Training.';

/** The watched images as they were at any minibatch, by hand, played or live. */
export class WatchedCard {
  readonly element: HTMLElement;
  /** The watched images, without maps. */
  readonly pictures: readonly RgbaImage[];
  /** Draws the frame at the place anew. */
  readonly redraw = oncePerFrame(() => this.#draw());
  readonly #store;
  readonly #player;
  readonly #grid;
  readonly #scrubber;

  constructor(
    private readonly context: TrainingContext,
    private readonly run: RunContents,
    live: boolean,
    private readonly events: WatchedEvents,
  ) {
    const { record, frames } = run;
    const { size } = frames;
    this.pictures = run.pictures.map(pictureColors);
    this.#store = createFrameStore(2 * size.height * size.width * this.pictures.length, {
      post: context.post,
      isUsable: (frame) => this.#isUsable(frame),
      loaded: (chunk, loaded) => this.#player.correct(chunk, loaded),
    });
    this.#player = createPlayer({
      steps: frames.steps,
      live,
      every: record.options.watch.every,
      speed: () => context.saved().speed,
      store: this.#store,
      changed: this.redraw,
    });
    this.#grid = createWatchedGrid(record, this.pictures, size, events.picked);
    this.#scrubber = createScrubber(context, {
      moved: (place) => this.#player.moveTo(place),
      toggled: () => this.#player.togglePlay(),
      followed: () => this.#player.follow(),
    });
    this.element = element(
      'section',
      { class: 'run-card', attributes: { 'aria-label': 'Attribution' } },
      element('div', { class: 'card-head' }, element('h2', { text: 'Attribution' })),
      ...(this.pictures.length === 0
        ? [element('p', { class: 'hint', text: NOTHING_WATCHED })]
        : [
            createMapControls(context, this.redraw),
            this.#scrubber.element,
            element('p', { class: 'hint', text: 'Each map is scaled to its own largest magnitude.' }),
            this.#grid.element,
          ]),
    );
    this.#player.moveTo(Math.max(0, frames.steps.length - 1));
  }

  get isLive(): boolean {
    return this.#player.isLive();
  }

  /** The steps that there are frames of. */
  get steps(): FrameIndex {
    return this.#player.scrub().steps;
  }

  select(image: number | undefined): void {
    this.#grid.select(image);
  }

  moveToStep(step: number): void {
    this.#player.moveToStep(step);
  }

  setSteps(steps: FrameIndex): void {
    this.#player.setSteps(steps);
  }

  setLive(live: boolean): void {
    this.#player.setLive(live);
  }

  /** The newest frame of a live run. */
  arrived(frame: Frame): void {
    if (this.#isUsable(frame)) this.#player.arrived(frame);
  }

  received(request: number, frames: readonly Frame[]): void {
    this.#store.received(request, frames);
  }

  film(record: RunRecord, page: Omit<FilmPage, 'post'>): Promise<void> {
    const { size } = this.run.frames;
    const scene = { record, pictures: this.pictures, size, view: this.context.saved().frames };
    return makeFilm(scene, this.#store, this.steps.length, { post: this.context.post, ...page });
  }

  dispose(): void {
    this.#player.dispose();
    this.#store.dispose();
    this.#grid.dispose();
  }

  #draw(): void {
    const scrub = this.#player.scrub();
    this.#grid.show(this.#player.frame(), this.context.saved().frames);
    this.#scrubber.show(scrub, this.isLive, this.#player.isLoaded());
    this.events.shown(this.isLive && scrub.follows ? undefined : scrub.steps[scrub.place]);
  }

  #isUsable({ step, images }: Frame): boolean {
    const { height, width } = this.run.frames.size;
    const isWhole = (map: ArrayLike<number>): boolean => map.length === height * width;
    return (
      step <= this.events.mostSteps() &&
      images.length === this.pictures.length &&
      images.every(({ gradientXInput, lossGradient }) => isWhole(gradientXInput) && isWhole(lossGradient))
    );
  }
}
