import type { RgbaImage } from '../../../src/core/render/map';
import type { Frame, FrameSize } from '../../../src/training/frames/frames';
import type { RunRecord } from '../../../src/training/run/record';
import { element } from '../../dom';
import { drawFrame, type FrameView } from '../logic/frameMap';
import { rove } from './roving';
import { verdictOf } from './verdict';
import { createWatchedCell } from './watchedCell';

export interface WatchedGrid {
  readonly element: HTMLElement;
  /** Undefined: no frame yet, the pictures alone. */
  readonly show: (frame: Frame | undefined, view: FrameView) => void;
  readonly select: (image: number | undefined) => void;
  readonly dispose: () => void;
}

/** All watched images at one step; those out of sight are drawn when they come into it. */
export function createWatchedGrid(
  { watched, dataset }: RunRecord,
  pictures: readonly RgbaImage[],
  size: FrameSize,
  picked: (image: number) => void,
): WatchedGrid {
  const { classes } = dataset.info;
  const cells = watched.map((image) => createWatchedCell(image));
  const visible = new Set<number>();
  let shown: { readonly frame: Frame | undefined; readonly view: FrameView } | undefined;

  function draw(index: number): void {
    const [cell, picture] = [cells[index], pictures[index]];
    if (cell === undefined || picture === undefined || shown === undefined) return;
    const image = shown.frame?.images[index];
    cell.draw(image === undefined ? picture : drawFrame(picture, image, size, shown.view));
  }

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const index = cells.findIndex((cell) => cell.element === target);
      if (isIntersecting) {
        visible.add(index);
        draw(index);
      } else visible.delete(index);
    }
  });
  cells.forEach((cell, index) => {
    observer.observe(cell.element);
    cell.control.addEventListener('click', () => picked(index));
  });
  const list = element(
    'ul',
    { class: 'cells', attributes: { 'aria-label': 'Watched images' } },
    ...cells.map((cell) => cell.element),
  );
  rove(
    list,
    cells.map((cell) => cell.control),
  );

  return {
    element: list,
    show(frame, view) {
      shown = { frame, view };
      cells.forEach((cell, index) => {
        const [image, facts] = [frame?.images[index], watched[index]];
        cell.tell(image === undefined || facts === undefined ? undefined : verdictOf(image, facts, classes));
      });
      for (const index of visible) draw(index);
    },
    select(image) {
      cells.forEach((cell, index) => cell.select(index === image));
    },
    dispose: () => observer.disconnect(),
  };
}
