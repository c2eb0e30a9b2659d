import type { PanelError } from '../../../../src/protocol/panel';
import type { FromTraining } from '../../../../src/protocol/training';
import type { FrameStore } from '../frameStore';
import type { WorkIndicator } from '../../workIndicator';
import { encodeFilm, FilmError, MOST_FILM_FRAMES } from './encode';
import type { FilmScene } from './paint';

export interface FilmPage {
  readonly post: (message: FromTraining) => void;
  readonly work: WorkIndicator;
  readonly fail: (error: PanelError) => void;
}

const TITLE = 'Making the film';

/** Makes the film of a run and hands it to the host, which asks where to save it. */
export async function makeFilm(scene: FilmScene, store: FrameStore, frames: number, page: FilmPage): Promise<void> {
  const controller = new AbortController();
  const total = Math.ceil(frames / Math.max(1, Math.ceil(frames / MOST_FILM_FRAMES)));
  const show = (done: number): void =>
    page.work.show({
      title: TITLE,
      detail: `Frame ${done} of ${total}`,
      share: done / Math.max(1, total),
      cancel: () => controller.abort(),
    });
  show(0);
  try {
    const webm = await encodeFilm(scene, store.whole(frames, MOST_FILM_FRAMES), {
      signal: controller.signal,
      report: show,
    });
    page.post({ type: 'film', webm });
  } catch (error) {
    if (controller.signal.aborted) return;
    page.fail(
      error instanceof FilmError
        ? { message: error.message, hint: error.hint }
        : {
            message: 'The film could not be made.',
            hint: `Export the animation as GIF instead. (${error instanceof Error ? error.message : String(error)})`,
          },
    );
  } finally {
    page.work.show(undefined);
  }
}
