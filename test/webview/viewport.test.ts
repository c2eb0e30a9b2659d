import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, panBy, reveal, zoomTo } from '../../webview-ui/panes/viewport';

const content = { width: 300, height: 200 };
const pane = { width: 150, height: 150 };

describe('the viewport', () => {
  it('fits the whole content, centred', () => {
    expect(fit(content, pane)).toEqual({ scale: 0.5, x: 0, y: 25, fitted: true });
  });

  it('enlarges small pictures by whole numbers', () => {
    expect(fit({ width: 28, height: 28 }, { width: 400, height: 500 })).toEqual({
      scale: 14,
      x: 4,
      y: 54,
      fitted: true,
    });
  });

  it('keeps what is under the pointer where it is, as long as no gap opens', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 4, max: 30, noNaN: true }),
        fc.double({ min: 0.3, max: 0.7, noNaN: true }),
        fc.double({ min: 0.3, max: 0.7, noNaN: true }),
        (scale, across, down) => {
          const start = zoomTo(fit(content, pane), 3, { x: 75, y: 75 }, content, pane);
          const at = { x: across * pane.width, y: down * pane.height };
          const zoomed = zoomTo(start, scale, at, content, pane);
          expect((at.x - zoomed.x) / zoomed.scale).toBeCloseTo((at.x - start.x) / start.scale, 6);
          expect((at.y - zoomed.y) / zoomed.scale).toBeCloseTo((at.y - start.y) / start.scale, 6);
        },
      ),
    );
  });

  it('leaves no gap however far it is dragged', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: -9999, max: 9999 }), (x, y) => {
        const start = zoomTo(fit(content, pane), 2, { x: 75, y: 75 }, content, pane);
        const moved = panBy(start, { x, y }, content, pane);
        expect(moved.x).toBeLessThanOrEqual(0);
        expect(moved.x + moved.scale * content.width).toBeGreaterThanOrEqual(pane.width);
        expect(moved.y).toBeLessThanOrEqual(0);
        expect(moved.y + moved.scale * content.height).toBeGreaterThanOrEqual(pane.height);
      }),
    );
  });

  it('brings a target into the pane', () => {
    const start = zoomTo(fit(content, pane), 4, { x: 0, y: 0 }, content, pane);
    const target = { x: 290, y: 190, width: 5, height: 5 };
    const shown = reveal(start, target, content, pane);
    expect(shown.x + 4 * 295).toBeLessThanOrEqual(pane.width);
    expect(shown.x + 4 * 290).toBeGreaterThanOrEqual(0);
    expect(shown.y + 4 * 195).toBeLessThanOrEqual(pane.height);
  });
});
