/** How fast a training goes, smoothed, from what was done between two marks. */
export interface Pace {
  readonly imagesPerSecond: number;
  /** Says that `images` were trained on in `seconds`. */
  note(images: number, seconds: number): void;
}

/** The past counts 1/e after so many seconds. */
const MEMORY_SECONDS = 4;

/** Images and seconds, each fading exponentially, so that slow minibatches count by the time that they took. */
export function createPace(): Pace {
  let images = 0;
  let seconds = 0;
  return {
    get imagesPerSecond() {
      return seconds > 0 ? images / seconds : 0;
    },
    note(more, took) {
      const fading = Math.exp(-took / MEMORY_SECONDS);
      images = images * fading + more;
      seconds = seconds * fading + took;
    },
  };
}
