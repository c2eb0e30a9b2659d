import { fillTrack, selectField } from '../../controls/field';
import { element, icon, uniqueId } from '../../dom';
import type { Scrub } from '../logic/scrub';
import type { TrainingContext } from '../view';

export interface Scrubber {
  readonly element: HTMLElement;
  readonly show: (scrub: Scrub, live: boolean, isLoaded: boolean) => void;
}

interface ScrubberEvents {
  readonly moved: (place: number) => void;
  readonly toggled: () => void;
  readonly followed: () => void;
}

const SPEEDS = [1, 2, 4, 8, 16, 32];

/** Moves through the frames of a run, by hand or by playing. */
export function createScrubber(
  { saved, save }: TrainingContext,
  { moved, toggled, followed }: ScrubberEvents,
): Scrubber {
  const id = uniqueId('minibatch');
  const slider = element('input', {
    class: 'slider',
    id,
    attributes: { type: 'range', min: '0', max: '0', step: '1' },
  });
  // The slider says the same: while playing, a live region would speak without end.
  const where = element('span', { class: 'scrub-step number', attributes: { 'aria-hidden': 'true' } });
  const playIcon = icon('play');
  const play = element(
    'button',
    { class: 'button is-secondary is-icon', title: 'Play', attributes: { type: 'button', 'aria-label': 'Play' } },
    playIcon,
  );
  const live = element(
    'button',
    {
      class: 'button is-quiet live-button',
      title: 'Show every new frame as it comes',
      attributes: { type: 'button', 'aria-pressed': 'false' },
    },
    icon('record'),
    'Live',
  );
  const speed = selectField(
    'Speed',
    SPEEDS.map((factor) => ({ id: String(factor), label: `${factor} ×` })),
    (factor) => save({ speed: Number(factor) }),
  );
  speed.set(String(SPEEDS.includes(saved().speed) ? saved().speed : 1));
  slider.addEventListener('input', () => moved(slider.valueAsNumber));
  play.addEventListener('click', toggled);
  live.addEventListener('click', followed);

  return {
    element: element(
      'div',
      { class: 'scrubber', role: 'group', attributes: { 'aria-label': 'Playback' } },
      play,
      element('label', { class: 'field-caption', text: 'Minibatch', attributes: { for: id } }),
      slider,
      where,
      live,
      speed.element,
    ),
    show({ steps, place, plays, follows }, isLive, isLoaded) {
      slider.max = String(Math.max(0, steps.length - 1));
      slider.value = String(place);
      slider.disabled = steps.length < 2;
      fillTrack(slider);
      const step = steps[place];
      const last = steps.at(-1);
      const text = step === undefined || last === undefined ? 'none yet' : `${step} of ${last}`;
      where.textContent = text;
      where.classList.toggle('is-loading', !isLoaded);
      slider.setAttribute('aria-valuetext', step === undefined ? text : `Minibatch ${text}`);
      play.toggleAttribute('disabled', steps.length < 2);
      const label = plays ? 'Pause Playback' : 'Play';
      playIcon.className = `codicon codicon-${plays ? 'debug-pause' : 'play'}`;
      if (play.getAttribute('aria-label') !== label) {
        play.setAttribute('aria-label', label);
        play.title = label;
      }
      live.hidden = !isLive;
      live.setAttribute('aria-pressed', String(follows));
    },
  };
}
