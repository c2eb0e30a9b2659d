export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rectangle extends Point, Size {}

/** Where the content lies in a pane: pane x = x + scale · content x. */
export interface Viewport extends Point {
  readonly scale: number;
  /** Follows the pane's size until the user zooms. */
  readonly fitted: boolean;
}

const LARGEST_SCALE = 64;
const LARGEST_BEYOND_FIT = 8;
/** Above this the fit is rounded down to a whole number, so that all pixels are equally large. */
const WHOLE_SCALE = 4;

export function fit(content: Size, pane: Size): Viewport {
  const exact = Math.min(pane.width / content.width, pane.height / content.height);
  const scale = exact >= WHOLE_SCALE ? Math.floor(exact) : exact;
  return settle({ scale, x: 0, y: 0, fitted: true }, content, pane);
}

/** Zooms to `scale` so that the content under `at` (pane coordinates) stays where it is. */
export function zoomTo(viewport: Viewport, scale: number, at: Point, content: Size, pane: Size): Viewport {
  const fitted = fit(content, pane).scale;
  const smallest = Math.min(1, fitted);
  const bounded = Math.min(Math.max(LARGEST_SCALE, LARGEST_BEYOND_FIT * fitted), Math.max(smallest, scale));
  const ratio = bounded / viewport.scale;
  return settle(
    { scale: bounded, x: at.x - (at.x - viewport.x) * ratio, y: at.y - (at.y - viewport.y) * ratio, fitted: false },
    content,
    pane,
  );
}

export function panBy(viewport: Viewport, by: Point, content: Size, pane: Size): Viewport {
  return settle({ ...viewport, x: viewport.x + by.x, y: viewport.y + by.y }, content, pane);
}

/** Moves the content just so far that `target` (content coordinates) is inside the pane. */
export function reveal(viewport: Viewport, target: Rectangle, content: Size, pane: Size): Viewport {
  const shift = (start: number, length: number, offset: number, available: number): number => {
    const first = offset + viewport.scale * start;
    const last = first + viewport.scale * length;
    if (first < 0) return -first;
    return last > available ? available - last : 0;
  };
  return panBy(
    viewport,
    {
      x: shift(target.x, target.width, viewport.x, pane.width),
      y: shift(target.y, target.height, viewport.y, pane.height),
    },
    content,
    pane,
  );
}

/** Content smaller than the pane is centred, larger content leaves no gap. */
function settle(viewport: Viewport, content: Size, pane: Size): Viewport {
  const along = (offset: number, length: number, available: number): number =>
    length <= available ? Math.round((available - length) / 2) : Math.min(0, Math.max(available - length, offset));
  return {
    ...viewport,
    x: along(viewport.x, viewport.scale * content.width, pane.width),
    y: along(viewport.y, viewport.scale * content.height, pane.height),
  };
}
