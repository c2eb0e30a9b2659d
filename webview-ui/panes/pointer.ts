import type { Point } from './viewport';

interface PointerEvents {
  /** Pane coordinates; undefined when the pointer leaves. */
  readonly hover: (point: Point | undefined) => void;
  /** Pressed and released without moving. */
  readonly pick: () => void;
  readonly drag: (by: Point) => void;
  readonly zoom: (factor: number, at: Point) => void;
  readonly reset: () => void;
}

/** Movement in screen pixels before a press becomes a drag. */
const DRAG_THRESHOLD = 4;
const WHEEL_SENSITIVITY = 0.0025;

/** Hover, drag, Ctrl+wheel (and pinch) and double click on a pane; the plain wheel scrolls the page. */
export function watchPointer(surface: HTMLElement, events: PointerEvents): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let pressed: Point | undefined;
  let isDragging = false;

  const onPane = (event: MouseEvent): Point => {
    const { left, top } = surface.getBoundingClientRect();
    return { x: event.clientX - left - surface.clientLeft, y: event.clientY - top - surface.clientTop };
  };

  surface.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      pressed = onPane(event);
      surface.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  surface.addEventListener(
    'pointermove',
    (event) => {
      const point = onPane(event);
      if (pressed === undefined) {
        events.hover(point);
        return;
      }
      const by = { x: point.x - pressed.x, y: point.y - pressed.y };
      if (!isDragging && Math.hypot(by.x, by.y) < DRAG_THRESHOLD) return;
      isDragging = true;
      surface.classList.add('is-dragging');
      pressed = point;
      events.drag(by);
    },
    { signal },
  );
  const release = (event: PointerEvent): void => {
    if (pressed !== undefined && !isDragging && event.type === 'pointerup') events.pick();
    pressed = undefined;
    isDragging = false;
    surface.classList.remove('is-dragging');
  };
  surface.addEventListener('pointerup', release, { signal });
  surface.addEventListener('pointercancel', release, { signal });
  surface.addEventListener('pointerleave', () => events.hover(undefined), { signal });
  surface.addEventListener('dblclick', () => events.reset(), { signal });
  surface.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
      events.zoom(Math.exp(-pixels * WHEEL_SENSITIVITY), onPane(event));
    },
    { passive: false, signal },
  );
  return () => controller.abort();
}
