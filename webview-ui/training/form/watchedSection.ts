import type { WatchedChoice } from '../../../src/protocol/training';
import { button, iconButton } from '../../controls/button';
import { element, icon } from '../../dom';
import type { TrainingContext } from '../view';
import { section } from './section';

export interface WatchedSection {
  readonly element: HTMLElement;
  readonly set: (watched: readonly WatchedChoice[]) => void;
}

/** As the trainer allows (MOST_WATCHED in core). */
const MOST_WATCHED = 64;

/** The images whose attribution is followed while the network learns. */
export function createWatchedSection({ post }: TrainingContext): WatchedSection {
  const list = element('ul', { class: 'thumbnails', attributes: { 'aria-label': 'Images to watch' } });
  const words = element('p', { class: 'hint' });
  const add = button('Add Images…', () => post({ type: 'chooseWatched' }));
  let addresses: string[] = [];

  function thumbnail({ name, path, thumbnail: png }: WatchedChoice, index: number): HTMLElement {
    const picture =
      png === undefined
        ? element('span', { class: 'thumbnail-picture' }, icon('file-media'))
        : element('img', { class: 'thumbnail-picture', attributes: { src: addressOf(png), alt: '' } });
    return element(
      'li',
      { class: 'thumbnail', title: path },
      picture,
      element('span', { class: 'thumbnail-name', text: name }),
      iconButton('close', `Remove ${name}`, () => post({ type: 'removeWatched', index })),
    );
  }

  function addressOf(png: Uint8Array): string {
    const address = URL.createObjectURL(new Blob([new Uint8Array(png)], { type: 'image/png' }));
    addresses.push(address);
    return address;
  }

  return {
    element: section('Watched images', element('div', { class: 'button-row' }, add), words, list),
    set(watched) {
      for (const address of addresses) URL.revokeObjectURL(address);
      addresses = [];
      const isFull = watched.length >= MOST_WATCHED;
      add.toggleAttribute('disabled', isFull);
      words.textContent =
        watched.length === 0
          ? `Up to ${MOST_WATCHED} images whose attribution is kept after every minibatch. Without them only the curves are seen.`
          : `${watched.length} of at most ${MOST_WATCHED}.`;
      list.hidden = watched.length === 0;
      list.replaceChildren(...watched.map(thumbnail));
    },
  };
}
