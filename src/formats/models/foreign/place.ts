/** A file of another program: what it is, as the end of a sentence that begins with its name, and what brings its model here. */
export interface Foreign {
  readonly what: string;
  readonly next: string;
}

/** Where a file lies, for those that are told by what lies beside them. */
export interface Place {
  readonly file: string;
  readonly name: string;
  readonly head: Uint8Array;
  readonly siblings: readonly string[];
}
