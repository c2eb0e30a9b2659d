import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../../core/errors';
import { holdingThread } from '../../runtime/interrupts';
import type { Classifier } from '../../core/model/classifier';
import { whileWanted } from '../../runtime/wanted';

/**
 * A classifier that throws `CancelledError` instead of computing once `signal` is aborted. Before each computation it lets the
 * event loop turn, without which a process that is busy computing would never hear of the cancellation.
 */
export function interruptible(classifier: Classifier, signal: AbortSignal | undefined): Classifier {
  if (signal === undefined) return classifier;
  const turn = async () => {
    await setImmediate();
    throwIfCancelled(signal);
  };
  return {
    info: classifier.info,
    predict: async (images) => {
      await turn();
      return holdingThread(() => whileWanted(signal, () => classifier.predict(images)));
    },
    gradient: async (images, objectives, options) => {
      await turn();
      return holdingThread(() => whileWanted(signal, () => classifier.gradient(images, objectives, options)));
    },
    variant: async (change) => interruptible(await classifier.variant(change), signal),
    dispose: () => classifier.dispose(),
  };
}
