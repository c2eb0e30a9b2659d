import type { PixelImage, RawMap } from '../image/pixels';
import { euclideanNorm } from '../method/numbers';
import { createRandom, deriveSeed, shuffledIndices } from '../random';
import type { ControlId } from '../result/measurement';
import { edgesOf } from './edges';
import type { MetricSubject } from './metric';
import { perElement } from './perElement';

interface Control {
  readonly id: ControlId;
  /** The same image and goal with a map that explains nothing, of the same norm as the subject's. */
  readonly of: (subject: MetricSubject) => MetricSubject;
}

/** Of draws of controls, apart from those of metrics. */
const SHUFFLES = 1;

/** What every number stands beside: a map that does not beat them says nothing that they do not. */
export const controls: readonly Control[] = [
  { id: 'random', of: atRandomPlaces },
  { id: 'edges', of: edgesInstead },
];

/** The map's own values at places drawn by the seed, drawn anew for each other image. */
function atRandomPlaces(subject: MetricSubject): MetricSubject {
  const { map, seed } = subject;
  const drawn = (draw: number): RawMap => shuffled(map, deriveSeed(seed, SHUFFLES, draw));
  return {
    ...subject,
    map: drawn(0),
    asksNothing: true,
    attribute: (images) => Promise.resolve(images.map((_, index) => drawn(index + 1))),
  };
}

function shuffled(map: RawMap, seed: number): RawMap {
  const { data, height, width, channels } = map;
  const moved = new Float32Array(data.length);
  shuffledIndices(height * width, createRandom(seed)).forEach((from, to) =>
    moved.set(data.subarray(from * channels, (from + 1) * channels), to * channels),
  );
  return { ...map, data: moved };
}

/** An edge detector of the image, as strong as the map. */
function edgesInstead(subject: MetricSubject): MetricSubject {
  const { image, map } = subject;
  const edges = edgesOf(image);
  const own = euclideanNorm(perElement(edges, image));
  const factor = own === 0 ? 0 : euclideanNorm(perElement(map, image)) / own;
  const scaled = (found: RawMap): RawMap => ({ ...found, data: found.data.map((value) => factor * value) });
  return {
    ...subject,
    map: scaled(edges),
    asksNothing: true,
    attribute: (images: readonly PixelImage[]) => Promise.resolve(images.map((each) => scaled(edgesOf(each)))),
  };
}
