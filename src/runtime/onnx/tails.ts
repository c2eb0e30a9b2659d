import type { Classifier, LayerId } from '../../core/model/classifier';

/** Tails that are kept though nobody uses them; each holds a copy of its weights once it runs. */
const KEPT_TAILS = 2;

interface Entry {
  readonly tail: Promise<Classifier>;
  users: number;
}

/** Tails of one model, by the layer that they begin behind. */
export interface Tails {
  /** The tail, the caller's until its `dispose`. */
  of(layer: LayerId): Promise<Classifier>;
  dispose(): Promise<void>;
}

/** Each tail is made once for all who use it at a time, and the last ones that nobody uses are kept. */
export function createTails(make: (layer: LayerId) => Promise<Classifier>): Tails {
  /** Least recently asked for first. */
  const entries = new Map<LayerId, Entry>();

  const makeRoom = async (): Promise<void> => {
    const idle = [...entries].filter(([, { users }]) => users === 0);
    for (const [layer, { tail }] of idle.slice(0, Math.max(0, idle.length - KEPT_TAILS))) {
      entries.delete(layer);
      await (await tail).dispose();
    }
  };

  return {
    async of(layer) {
      const entry: Entry = entries.get(layer) ?? { tail: make(layer), users: 0 };
      entries.delete(layer);
      entries.set(layer, entry);
      entry.users++;
      const tail = await entry.tail.catch((error: unknown) => {
        if (entries.get(layer) === entry) entries.delete(layer);
        throw error;
      });
      let isUsed = true;
      const dispose = async (): Promise<void> => {
        if (!isUsed) return;
        isUsed = false;
        entry.users--;
        await makeRoom();
      };
      return { ...tail, dispose };
    },

    async dispose() {
      const all = [...entries.values()];
      entries.clear();
      for (const { tail } of all)
        await tail.then(
          (ready) => ready.dispose(),
          () => undefined,
        );
    },
  };
}
