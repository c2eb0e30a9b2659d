/** Decoded pictures, kept up to a number of bytes. */
export interface PixelStore {
  /** The pixels of a picture of `owner`; those that are being made are waited for, not made twice. Throws once it is closed. */
  get(owner: object, index: number, make: () => Promise<Uint8Array>): Promise<Uint8Array>;
  close(): void;
}

/**
 * Keeps what comes first until `capacity` bytes are full, and then nothing more. Training reads every picture once an epoch in an
 * order of its own: making room for the newest would then throw out what is needed sooner (with half of the pictures kept, 15 % of
 * the reads would be served instead of 50 %).
 */
export function createPixelStore(capacity: number): PixelStore {
  const shelves = new Map<object, Map<number, Promise<Uint8Array>>>();
  let bytes = 0;
  let closed = false;

  function shelfOf(owner: object): Map<number, Promise<Uint8Array>> {
    const shelf = shelves.get(owner) ?? new Map<number, Promise<Uint8Array>>();
    shelves.set(owner, shelf);
    return shelf;
  }

  return {
    get(owner, index, make) {
      if (closed) throw new Error('The data set is closed');
      const shelf = shelfOf(owner);
      const known = shelf.get(index);
      if (known !== undefined) return known;
      const pixels = make();
      shelf.set(index, pixels);
      pixels.then(
        ({ length }) => {
          if (bytes + length > capacity) shelf.delete(index);
          else bytes += length;
        },
        () => shelf.delete(index),
      );
      return pixels;
    },
    close() {
      closed = true;
      shelves.clear();
    },
  };
}
