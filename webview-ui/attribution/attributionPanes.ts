import type { AttributionResult } from '../../src/engine/calls/service';
import type { RawMap } from '../../src/core/image/pixels';
import { renderImage } from '../../src/core/render/image';
import { paintMap, type RgbaImage, showMap, type ShownMap } from '../../src/core/render/map';
import { explainedClass, objectiveWords } from '../../src/core/result/objectiveWords';
import { griddingWords, onGrid } from '../../src/core/render/onGrid';
import { rankOf } from '../../src/core/render/order';
import { overlayShown, scaleMapping } from '../../src/core/render/overlay';
import type { MapView } from '../../src/core/render/view';
import { viewWords } from '../../src/core/render/viewWords';
import { formatSigned, formatSize } from '../format';
import { createColorBar, type Meaning } from '../panes/colorBar';
import { type Cell, type Geometry, geometryOf, gridRectangle } from '../panes/grid';
import { mapRemark } from '../panes/mapRemark';
import { createPane, type Pane } from '../panes/pane';
import { describeProbe, formatPixel, probeOf } from '../panes/probe';
import type { Reading } from '../panes/reading';

/** Original, overlay and map of one result. */
export interface AttributionPanes {
  readonly panes: readonly [original: Pane, overlay: Pane, map: Pane];
  /** Draws `result` over `picture` as `view` asks. */
  draw(result: AttributionResult, picture: RgbaImage, view: MapView): void;
  probe(cell: Cell): Reading;
}

export function attributionGeometry({ record, picture, input }: AttributionResult): Geometry {
  const mapping = scaleMapping(record.image.mapping, record.image, picture);
  return geometryOf(
    { width: picture.width, height: picture.height },
    mapping,
    { width: input.width, height: input.height },
    record.image.width / picture.width,
  );
}

export function createAttributionPanes(): AttributionPanes {
  const original = createPane({ name: 'original', title: 'Original' });
  const overlay = createPane({ name: 'overlay', title: 'Overlay', isFirst: true });
  const map = createPane({ name: 'map', title: 'Map' });
  const colorBar = createColorBar();
  map.footer.append(colorBar.element);
  let drawn: Drawn | undefined;
  let drawnPicture: RgbaImage | undefined;

  return {
    panes: [original, overlay, map],
    draw(result, picture, view) {
      const { record, input } = result;
      const gridded = drawn?.result === result ? drawn.gridded : onGrid(result.map, input);
      const shown = showMap(gridded, view);
      const isNew = drawn?.result !== result || drawnPicture !== picture;
      drawn = { result, gridded, shown };
      const geometry = attributionGeometry(result);
      const mapping = scaleMapping(record.image.mapping, record.image, picture);
      if (isNew) original.draw(picture, geometry.picture);
      drawnPicture = picture;
      overlay.draw(overlayShown(picture, shown, mapping, view), geometry.picture);
      const { width, height } = shown;
      map.draw({ rgba: paintMap(shown, view.colorMap), width, height }, gridRectangle(geometry.grid));

      const { objective } = record;
      const target = objectiveWords(objective);
      original.note.textContent = `${formatSize(record.image.width, record.image.height)} px`;
      original.footer.textContent = sizesOf(result);
      overlay.note.textContent = `for ${explainedClass(objective)}`;
      map.note.textContent = noteOf(result);
      map.note.title = viewWords(view, result.map.channels);
      colorBar.show(shown.scale, view, meaningOf(target));
      const remark = mapRemark(shown, () => whyZero(result, view, target));
      map.say(remark);
      overlay.say(
        shown.state === 'ordinary' || shown.state === 'non-finite' ? undefined : 'Nothing to lay over the picture.',
      );
      original.describe(`Original picture ${record.image.name}`);
      overlay.describe(`Overlay of the attribution on ${record.image.name}`);
      map.describe(`Map of the attribution to the ${target}${remark === undefined ? '' : `. ${remark}`}`);
    },
    probe(cell) {
      if (drawn === undefined) return undefined;
      const { result, gridded, shown } = drawn;
      drawn.ranks ??= rankOf(shown.exact);
      const probe = probeOf(result.input, gridded, drawn.ranks, cell);
      const value = shown.exact[cell.row * shown.width + cell.column] ?? NaN;
      return {
        probe,
        text: describeProbe(probe, [
          ['pixel', formatPixel(probe.pixel)],
          ['attribution', formatSigned(value)],
        ]),
      };
    },
  };
}

interface Drawn {
  readonly result: AttributionResult;
  /** The map at the resolution of the model's input. */
  readonly gridded: RawMap;
  readonly shown: ShownMap;
  ranks?: Uint32Array;
}

/** The map's size, and what was done to show it where it is a layer's. */
function noteOf({ map, input, record: { layer } }: AttributionResult): string {
  const words = griddingWords(map, input);
  if (layer !== undefined) return `${layer.id}${words === undefined ? '' : `: ${words}`}`;
  return `${formatSize(input.width, input.height)}${map.channels > 1 ? ` × ${map.channels}` : ''}`;
}

/** The map laid over the model's input, where the picture itself cannot be drawn. */
export function inputAsPicture({ input }: AttributionResult): RgbaImage {
  return renderImage(input);
}

function meaningOf(target: string): Meaning {
  return {
    lowers: `lowers the ${target}`,
    raises: `raises the ${target}`,
    magnitude: `larger: more influence on the ${target}`,
  };
}

function sizesOf({ record, input }: AttributionResult): string {
  const { width, height } = record.image;
  return width === input.width && height === input.height
    ? 'As the model sees it'
    : `The model sees ${formatSize(input.width, input.height)}`;
}

/** Why no place has a value. */
function whyZero({ map, record }: AttributionResult, { sign }: MapView, target: string): string {
  if (map.data.every((value) => value === 0))
    return `The map is zero everywhere: no pixel of ${record.image.name} changes the ${target}.`;
  if (sign === 'positive') return 'There are no positive values.';
  if (sign === 'negative') return 'There are no negative values.';
  return 'The channels cancel out: their sum is zero everywhere.';
}
