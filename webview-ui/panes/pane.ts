import type { RgbaImage } from '../../src/core/render/map';
import { element, icon } from '../dom';
import type { Point, Rectangle, Size, Viewport } from './viewport';

/** One picture with its title above and a line below. */
export interface Pane {
  readonly element: HTMLElement;
  /** Takes the pointer and the keyboard. */
  readonly surface: HTMLElement;
  /** Beside the title. */
  readonly note: HTMLElement;
  readonly footer: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  draw(image: RgbaImage, bounds: Rectangle): void;
  place(viewport: Viewport): void;
  /** Says in words why there is no picture, or what to know of it. */
  say(message: string | undefined): void;
  mark(target: Rectangle | undefined, viewport: Viewport): void;
  describe(label: string): void;
  size(): Size;
}

export interface PaneOptions {
  /** `data-pane` of the canvas. */
  readonly name: string;
  readonly title: string;
  /** The one that tells most: it comes first where there is room for one. */
  readonly isFirst?: boolean;
}

const SMALLEST_MARK = 9;

export function createPane({ name, title, isFirst = false }: PaneOptions): Pane {
  const canvas = element('canvas', { class: 'pane-canvas', attributes: { 'data-pane': name } });
  const marker = element('div', { class: 'pane-marker', hidden: true });
  const words = element('span');
  const message = element('p', { class: 'pane-message', hidden: true }, icon('info'), words);
  const surface = element(
    'div',
    { class: 'pane-surface', role: 'application', attributes: { tabindex: '0', 'aria-label': title } },
    canvas,
    marker,
    message,
  );
  const note = element('span', { class: 'pane-note' });
  const footer = element('div', { class: 'pane-footer' });
  const figure = element(
    'figure',
    { class: isFirst ? 'pane is-first' : 'pane', attributes: { 'data-pane-figure': name } },
    element('figcaption', { class: 'pane-title' }, element('span', { class: 'pane-name', text: title }), note),
    surface,
    footer,
  );
  let bounds: Rectangle = { x: 0, y: 0, width: 1, height: 1 };

  return {
    element: figure,
    surface,
    note,
    footer,
    canvas,
    draw(image, newBounds) {
      bounds = newBounds;
      if (canvas.width !== image.width) canvas.width = image.width;
      if (canvas.height !== image.height) canvas.height = image.height;
      context2d(canvas).putImageData(new ImageData(image.rgba, image.width, image.height), 0, 0);
    },
    place(viewport) {
      const { style } = canvas;
      style.width = `${viewport.scale * bounds.width}px`;
      style.height = `${viewport.scale * bounds.height}px`;
      style.transform = translation(onPane(bounds, viewport));
      // Enlarged pixels are shown as they are; a reduced picture is smoothed.
      canvas.classList.toggle('is-enlarged', viewport.scale * bounds.width > canvas.width);
    },
    say(text) {
      message.hidden = text === undefined;
      words.textContent = text ?? '';
    },
    mark(target, viewport) {
      marker.hidden = target === undefined;
      if (target === undefined) return;
      const corner = onPane(target, viewport);
      const along = (start: number, length: number): readonly [number, number] => {
        const grown = Math.max(SMALLEST_MARK, length);
        return [start - (grown - length) / 2, grown];
      };
      const [x, width] = along(corner.x, viewport.scale * target.width);
      const [y, height] = along(corner.y, viewport.scale * target.height);
      marker.style.width = `${width}px`;
      marker.style.height = `${height}px`;
      marker.style.transform = translation({ x, y });
    },
    describe: (label) => surface.setAttribute('aria-label', label),
    size: () => ({ width: surface.clientWidth, height: surface.clientHeight }),
  };
}

export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This page has no 2D canvas.');
  return context;
}

function onPane(target: Point, viewport: Viewport): Point {
  return { x: viewport.x + viewport.scale * target.x, y: viewport.y + viewport.scale * target.y };
}

function translation({ x, y }: Point): string {
  return `translate(${x}px, ${y}px)`;
}
