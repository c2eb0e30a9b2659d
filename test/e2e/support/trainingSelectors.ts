/** What only the training panel's form, and only its page of a run has. */
export const TRAINING_FORM = 'button:has-text("Start Training")';
export const TRAINING_RUN = '[role="group"][aria-label="Playback"]';
