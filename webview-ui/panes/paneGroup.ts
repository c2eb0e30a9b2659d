import { type Cell, cellAt, cellRectangle, type Geometry, inputGeometry, moveCell } from './grid';
import type { Pane } from './pane';
import { watchPointer } from './pointer';
import { fit, panBy, type Point, reveal, type Size, type Viewport, zoomTo } from './viewport';

/** Panes that show the same place: one zoom, one probe. */
export interface PaneGroup {
  setGeometry(geometry: Geometry): void;
  /** Places canvases anew after they were drawn. */
  refresh(): void;
  zoomBy(factor: number): void;
  zoomFit(): void;
  /** One picture pixel to one of the page. */
  zoomActual(): void;
  probe(): Cell | undefined;
  dispose(): void;
}

interface PaneGroupEvents {
  /** The probe moved; `byKey` if a reader should hear of it. */
  readonly probed: (cell: Cell | undefined, byKey: boolean) => void;
  /** Screen pixels per picture pixel. */
  readonly zoomed: (scale: number) => void;
}

const ZOOM_STEP = 1.25;
const LONG_STRIDE = 10;

export function createPaneGroup(panes: readonly Pane[], events: PaneGroupEvents): PaneGroup {
  let geometry = inputGeometry({ width: 1, height: 1 });
  let viewport: Viewport = { scale: 1, x: 0, y: 0, fitted: true };
  let hovered: Cell | undefined;
  /** Set by keys and clicks; stays when the pointer leaves. */
  let cursor: Cell | undefined;
  const first = panes[0]!;

  const shownCell = (): Cell | undefined => hovered ?? cursor;
  const size = (): Size => {
    const { width, height } = first.size();
    return { width: Math.max(1, width), height: Math.max(1, height) };
  };

  function place(): void {
    const cell = shownCell();
    const target = cell === undefined ? undefined : cellRectangle(geometry.grid, cell);
    for (const pane of panes) {
      pane.place(viewport);
      pane.mark(target, viewport);
    }
  }

  function show(next: Viewport): void {
    viewport = next;
    place();
    events.zoomed(viewport.scale / geometry.pixelsPerUnit);
  }

  const center = (): Point => ({ x: size().width / 2, y: size().height / 2 });
  const zoom = (scale: number, at: Point): void => show(zoomTo(viewport, scale, at, geometry.content, size()));
  const zoomFit = (): void => show(fit(geometry.content, size()));
  const zoomActual = (): void => zoom(geometry.pixelsPerUnit, center());

  function probeAt(cell: Cell | undefined, byKey: boolean): void {
    place();
    events.probed(cell, byKey);
  }

  function hover(point: Point | undefined): void {
    const next = point === undefined ? undefined : cellAt(geometry.grid, toContent(point, viewport));
    if (sameCell(next, hovered)) return;
    hovered = next;
    probeAt(shownCell(), false);
  }

  function handleKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!applyKey(event.key, event.shiftKey ? LONG_STRIDE : 1)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  function applyKey(key: string, stride: number): boolean {
    const moved = moveCell(geometry.grid, shownCell(), key, stride);
    if (moved !== undefined) {
      hovered = undefined;
      cursor = moved;
      show(reveal(viewport, cellRectangle(geometry.grid, moved), geometry.content, size()));
      probeAt(moved, true);
      return true;
    }
    switch (key) {
      case '+':
      case '=':
        zoom(viewport.scale * ZOOM_STEP, center());
        return true;
      case '-':
        zoom(viewport.scale / ZOOM_STEP, center());
        return true;
      case '0':
        zoomFit();
        return true;
      case '1':
        zoomActual();
        return true;
      case 'Escape':
        if (shownCell() === undefined) return false;
        hovered = cursor = undefined;
        probeAt(undefined, true);
        return true;
      default:
        return false;
    }
  }

  const releases = panes.map((pane) => {
    pane.surface.addEventListener('keydown', handleKey);
    return watchPointer(pane.surface, {
      hover,
      pick: () => {
        cursor = hovered;
      },
      drag: (by) => show(panBy(viewport, by, geometry.content, size())),
      zoom: (factor, at) => zoom(viewport.scale * factor, at),
      reset: zoomFit,
    });
  });
  const observer = new ResizeObserver(() => {
    if (viewport.fitted) zoomFit();
    else show(panBy(viewport, { x: 0, y: 0 }, geometry.content, size()));
  });
  observer.observe(first.surface);

  return {
    setGeometry(next) {
      const isSame =
        next.content.width === geometry.content.width &&
        next.content.height === geometry.content.height &&
        next.grid.rows === geometry.grid.rows &&
        next.grid.columns === geometry.grid.columns;
      geometry = next;
      if (isSame) return;
      hovered = cursor = undefined;
      const ratio = Math.min(MOST_WIDE, Math.max(MOST_TALL, next.content.width / next.content.height));
      for (const pane of panes) pane.surface.style.aspectRatio = String(ratio);
      zoomFit();
    },
    refresh: place,
    zoomBy: (factor) => zoom(viewport.scale * factor, center()),
    zoomFit,
    zoomActual,
    probe: shownCell,
    dispose() {
      observer.disconnect();
      for (const release of releases) release();
    },
  };
}

/** Panes keep between these ratios of width to height, whatever the picture. */
const MOST_TALL = 0.75;
const MOST_WIDE = 2;

function toContent(point: Point, viewport: Viewport): Point {
  return { x: (point.x - viewport.x) / viewport.scale, y: (point.y - viewport.y) / viewport.scale };
}

function sameCell(first: Cell | undefined, second: Cell | undefined): boolean {
  return first?.row === second?.row && first?.column === second?.column;
}
