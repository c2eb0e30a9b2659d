/** What a node of this operator is made of cannot be written out: it depends on the picture, or is too much. */
export class NotWrittenOut extends Error {
  constructor(
    readonly op: string,
    what: string,
    why = 'is computed from the picture',
  ) {
    super(`${op}: ${what} ${why}`);
  }
}
