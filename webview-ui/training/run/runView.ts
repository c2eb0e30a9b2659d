import type { TrainingEvent } from '../../../src/engine/calls/training';
import type { RunContents } from '../../../src/training/run/contents';
import type { Frame } from '../../../src/training/frames/frames';
import type { RunRecord } from '../../../src/training/run/record';
import type { PanelError } from '../../../src/protocol/panel';
import type { FinalMap, ToTraining } from '../../../src/protocol/training';
import { announce } from '../../announce';
import { element, oncePerFrame } from '../../dom';
import { makeFilm } from './film/makeFilm';
import { pictureColors } from '../logic/frameMap';
import { createHistory } from '../logic/history';
import type { TrainingContext } from '../view';
import type { WorkIndicator } from '../workIndicator';
import { createCurvesCard } from './curvesCard';
import { createDetailCard } from './detailCard';
import { createFigures, type Pace } from './figures';
import { createFrameStore } from './frameStore';
import { createMapControls } from './mapControls';
import { createPlayer } from './player';
import { createRunHeader } from './runHeader';
import { createScrubber } from './scrubber';
import { statusOf } from './status';
import { createWatchedGrid } from './watchedGrid';

export interface RunView {
  readonly element: HTMLElement;
  /** Whether `run` is the one that is shown: then `set` keeps the place, the selection and the frames. */
  readonly shows: (run: RunContents) => boolean;
  readonly set: (run: RunContents, live: boolean) => void;
  readonly take: (event: TrainingEvent) => void;
  readonly takeFrames: (request: number, frames: readonly Frame[]) => void;
  readonly takeMaps: (maps: Extract<ToTraining, { type: 'maps' }>['maps'], finals: readonly FinalMap[]) => void;
  readonly dispose: () => void;
}

interface RunPage {
  readonly work: WorkIndicator;
  readonly fail: (error: PanelError) => void;
}

/** A run: its numbers and curves, and the watched images as they were at any of its minibatches. */
export function createRunView(
  context: TrainingContext,
  page: RunPage,
  initial: RunContents,
  startsLive: boolean,
): RunView {
  const { post, saved } = context;
  const { size } = initial.frames;
  const pictures = initial.pictures.map(pictureColors);
  const frameBytes = size.height * size.width;
  let { record, continuable } = initial;
  let history = createHistory(initial.history);
  let pace: Pace = {};
  let selected: number | undefined;

  const isUsable = ({ step, images }: Frame): boolean =>
    step <= record.steps &&
    images.length === pictures.length &&
    images.every((image) => image.gradientXInput.length === frameBytes && image.lossGradient.length === frameBytes);
  const store = createFrameStore(2 * frameBytes * pictures.length, {
    post,
    isUsable,
    loaded: (chunk, frames) => player.correct(chunk, frames),
  });
  const drawFrames = oncePerFrame(() => showFrame());
  const player = createPlayer({
    steps: initial.frames.steps,
    live: startsLive,
    every: record.options.watch.every,
    speed: () => saved().speed,
    store,
    changed: drawFrames,
  });

  const header = createRunHeader(context, {
    film: () => {
      const scene = { record, pictures, size, view: saved().frames };
      void makeFilm(scene, store, player.scrub().steps.length, { post, ...page });
    },
    exportRun: (what) => post({ type: 'export', what, map: saved().frames.map }),
  });
  const figures = createFigures();
  const goTo = (step: number): void => player.moveToStep(step);
  const curves = createCurvesCard(context, goTo);
  const grid = createWatchedGrid(record, pictures, size, (image) => select(image === selected ? undefined : image));
  const scrubber = createScrubber(context, {
    moved: (place) => player.moveTo(place),
    toggled: () => player.togglePlay(),
    followed: () => player.follow(),
  });
  const detail = createDetailCard(context, record, {
    close: () => select(undefined),
    refresh: (image) => post({ type: 'maps', image }),
    pickedStep: goTo,
  });
  const scale = element('p', { class: 'hint', text: 'Each map is scaled to its own largest magnitude.' });
  const watched = element(
    'section',
    { class: 'run-card', attributes: { 'aria-label': 'Attribution' } },
    element('div', { class: 'card-head' }, element('h2', { text: 'Attribution' })),
    createMapControls(context, drawFrames),
    scrubber.element,
    scale,
    grid.element,
  );
  watched.hidden = pictures.length === 0;
  detail.element.hidden = true;

  function showFrame(): void {
    const scrub = player.scrub();
    const frame = player.frame();
    grid.show(frame, saved().frames);
    scrubber.show(scrub, player.isLive(), player.isLoaded());
    const step = player.isLive() && scrub.follows ? undefined : scrub.steps[scrub.place];
    curves.mark(step);
    detail.mark(step);
  }

  const showNumbers = oncePerFrame(() => {
    figures.show(record, history, pace, player.isLive());
    curves.show(history, record.epochs, record.steps / Math.max(1, record.options.epochs));
  });

  function showRecord(next: RunRecord, live: boolean): void {
    record = next;
    header.show(record, live, continuable);
    detail.update(record, live);
    showNumbers();
    drawFrames();
  }

  function select(image: number | undefined): void {
    selected = image;
    grid.select(image);
    detail.element.hidden = image === undefined;
    const [picture, colors] = [initial.pictures[image ?? -1], pictures[image ?? -1]];
    if (image === undefined || picture === undefined || colors === undefined) return;
    detail.open(image, picture, colors);
    detail.element.scrollIntoView({ block: 'nearest' });
    post({ type: 'maps', image });
  }

  function take(event: TrainingEvent): void {
    switch (event.kind) {
      case 'minibatches': {
        history.append(event.firstStep, event.loss, event.accuracy, record.steps);
        pace = { imagesPerSecond: event.imagesPerSecond, remainingSeconds: event.remainingSeconds };
        // From the first minibatch on there is something to export.
        if (record.step === 0) showRecord({ ...record, step: history.length() }, player.isLive());
        showNumbers();
        return;
      }
      case 'epoch': {
        const { epochs } = record;
        record = { ...record, epochs: [...epochs.filter(({ epoch }) => epoch < event.result.epoch), event.result] };
        pace = withoutValidating(pace);
        showNumbers();
        return;
      }
      case 'validating':
        pace = { ...pace, validating: event.done / Math.max(1, event.total) };
        showNumbers();
        return;
      case 'frame':
        if (isUsable(event.frame)) player.arrived(event.frame);
        return;
      case 'record': {
        const hasChanged = record.status !== event.record.status;
        const isOpen = event.record.status === 'running' || event.record.status === 'paused';
        if (!isOpen) player.setLive(false);
        pace = withoutValidating(pace);
        showRecord(event.record, isOpen);
        if (!hasChanged) return;
        announce(statusOf(record, isOpen, continuable));
        if (selected !== undefined) post({ type: 'maps', image: selected });
        return;
      }
      case 'preparing':
      case 'checkpoint':
        return;
    }
  }
  showRecord(record, startsLive);
  player.moveTo(Math.max(0, initial.frames.steps.length - 1));

  return {
    element: element(
      'div',
      { class: 'page training-run' },
      header.element,
      figures.element,
      element('div', { class: 'run-body' }, curves.element, watched, detail.element),
    ),
    shows: (run) =>
      run.folder === initial.folder &&
      run.record.id === record.id &&
      run.pictures.length === pictures.length &&
      run.frames.size.height === size.height &&
      run.frames.size.width === size.width,
    set(run, live) {
      ({ continuable } = run);
      history = createHistory(run.history);
      player.setSteps(run.frames.steps);
      player.setLive(live);
      pace = {};
      if (selected !== undefined) post({ type: 'maps', image: selected });
      showRecord(run.record, live);
    },
    take,
    takeFrames: store.received,
    takeMaps(maps, finals) {
      if (maps.image === selected) detail.show(maps, finals, player.scrub().steps);
    },
    dispose() {
      player.dispose();
      store.dispose();
      curves.dispose();
      grid.dispose();
      detail.dispose();
    },
  };
}

function withoutValidating({ imagesPerSecond, remainingSeconds }: Pace): Pace {
  return {
    ...(imagesPerSecond === undefined ? {} : { imagesPerSecond }),
    ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
  };
}
