/** What a node of this operator is made of depends on the picture. */
export class NotWrittenOut extends Error {
  constructor(
    readonly op: string,
    what: string,
  ) {
    super(`${op}: ${what} is computed from the picture`);
  }
}
