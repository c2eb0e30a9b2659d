/** Something that this machine lacks; the message is one sentence: what, and how to get it. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}

/** Ends a script on failure: a sentence for what is missing, a stack for a bug. */
export function runScript(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error instanceof MissingError ? error.message : error);
      process.exitCode = 1;
    },
  );
}
