import type { Picture, RawMap } from '../../../src/core/image/pixels';
import { exactView } from '../../../src/core/render/defaultView';
import { paintMap, type RgbaImage, showMap } from '../../../src/core/render/map';
import type { MapView } from '../../../src/core/render/view';
import type { WatchedMaps } from '../../../src/training/run/contents';
import { element } from '../../dom';
import { createColorBar, type Meaning } from '../../panes/colorBar';
import { type Cell, inputGeometry } from '../../panes/grid';
import { mapRemark } from '../../panes/mapRemark';
import { createPane, type Pane } from '../../panes/pane';
import { createPaneGroup } from '../../panes/paneGroup';
import { channelsAt, formatPixel, formatValues } from '../../panes/probe';
import { createStatusBar } from '../../panes/statusBar';
import { createZoomBar } from '../../panes/zoomBar';
import { integratedFormula, integratedMap } from '../logic/integratedView';
import type { TrainingContext } from '../view';
import { createIntegratedControls } from './integratedControls';

export interface DetailPanes {
  readonly element: HTMLElement;
  readonly open: (picture: Picture, colors: RgbaImage) => void;
  readonly show: (maps: WatchedMaps, gradient: RawMap | undefined, integrated: RawMap | undefined) => void;
  readonly dispose: () => void;
}

interface MapPane {
  readonly pane: Pane;
  readonly draw: (map: RawMap | undefined, meaning: Meaning, absent: string) => void;
  readonly map: () => RawMap | undefined;
}

const LOSS: Meaning = {
  lowers: 'raising the pixel lowered the loss',
  raises: 'raised it',
  magnitude: 'larger: more influence on the loss',
};
const SCORE: Meaning = {
  lowers: 'lowers the score',
  raises: 'raises it',
  magnitude: 'larger: more influence on the score',
};
const LATER = 'Comes with the finished network.';

/** The picture, its training-integrated map and, beside it, what the finished network says: one zoom, one probe. */
export function createDetailPanes(context: TrainingContext): DetailPanes {
  const original = createPane({ name: 'watched-picture', title: 'Picture' });
  const summed = createMapPane('training-integrated', 'Training-integrated');
  const gradient = createMapPane('final-gradient-x-input', 'Gradient × input');
  const path = createMapPane('final-integrated-gradients', 'Integrated gradients');
  const maps = [summed, gradient, path];
  gradient.pane.note.textContent = path.pane.note.textContent = 'final network';
  let shown: { readonly maps: WatchedMaps; readonly picture: Picture } | undefined;
  let picture: Picture | undefined;

  const zoomBar = createZoomBar(() => group);
  const statusBar = createStatusBar(zoomBar.element);
  const group = createPaneGroup([original, ...maps.map(({ pane }) => pane)], {
    probed: (cell, byKey) => statusBar.show(cell === undefined ? undefined : read(cell), byKey),
    zoomed: zoomBar.show,
  });
  const controls = createIntegratedControls(context, () => {
    drawSum();
    group.refresh();
  });

  function read(cell: Cell): string {
    const values = maps.flatMap(({ map }, index) => {
      const current = map();
      const name = ['integrated', 'gradient × input', 'integrated gradients'][index] ?? '';
      return current === undefined ? [] : [`${name} ${formatValues(channelsAt(current, cell))}`];
    });
    const pixel = picture === undefined ? [] : [`pixel ${formatPixel(pixelAt(picture, cell))}`];
    return [`row ${cell.row}, column ${cell.column}`, ...pixel, ...values].join(' · ');
  }

  function drawSum(): void {
    if (shown === undefined) return;
    const view = context.saved().integrated;
    const map = integratedMap(shown.maps, shown.picture, view);
    summed.pane.note.textContent = integratedFormula(view);
    summed.pane.note.title = `n runs over ${shown.maps.count} configurations of the weights`;
    summed.draw(map, LOSS, 'The picture has another shape than the map.');
  }

  return {
    element: element(
      'div',
      { class: 'detail-panes' },
      controls,
      element('div', { class: 'stage' }, original.element, ...maps.map(({ pane }) => pane.element)),
      statusBar.element,
    ),
    open(next, colors) {
      picture = next;
      shown = undefined;
      group.setGeometry(inputGeometry({ width: next.width, height: next.height }));
      original.draw(colors, { x: 0, y: 0, width: next.width, height: next.height });
      for (const { draw } of maps) draw(undefined, LOSS, 'Summing up…');
      group.refresh();
    },
    show(next, gradientMap, pathMap) {
      if (picture === undefined) return;
      const { height, width } = picture;
      const fits = (map: RawMap | undefined): RawMap | undefined =>
        map?.height === height && map.width === width ? map : undefined;
      if (fits(next.integrated) === undefined) return;
      shown = { maps: next, picture };
      drawSum();
      gradient.draw(fits(gradientMap), SCORE, LATER);
      path.draw(fits(pathMap), SCORE, LATER);
      group.refresh();
    },
    dispose: () => group.dispose(),
  };
}

function pixelAt({ data, width, channels }: Picture, { row, column }: Cell): number[] {
  const start = (row * width + column) * channels;
  return Array.from(data.subarray(start, start + channels), (byte) => byte / 255);
}

function createMapPane(name: string, title: string): MapPane {
  const pane = createPane({ name, title });
  const bar = createColorBar();
  pane.footer.append(bar.element);
  let current: RawMap | undefined;
  return {
    pane,
    map: () => current,
    draw(map, meaning, absent) {
      current = map;
      bar.element.hidden = map === undefined;
      pane.canvas.hidden = map === undefined;
      if (map === undefined) {
        pane.say(absent);
        return;
      }
      const view = viewOf(map);
      const shown = showMap(map, view);
      const { width, height, scale } = shown;
      pane.draw({ rgba: paintMap(shown, view.colorMap), width, height }, { x: 0, y: 0, width, height });
      bar.show(scale, view, meaning);
      pane.say(mapRemark(shown, () => 'The map is zero everywhere.'));
    },
  };
}

/** Signed maps diverging, magnitudes sequential; channels are summed. */
function viewOf(map: RawMap): MapView {
  return exactView(map.data.some((value) => value < 0) ? 'diverging' : 'sequential');
}
