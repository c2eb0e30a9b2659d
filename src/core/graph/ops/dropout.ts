import type { Operator } from '../operator';

/** Noise of training, of which inference keeps x itself. */
export const dropout: Readonly<Record<string, Operator>> = {
  Dropout: {
    traits: ['elementwise', 'passes', 'within'],
    infer: (_node, { types: [x] }) => [x!],
    gradient: ({ dy }) => [dy(), '', ''],
  },
};
