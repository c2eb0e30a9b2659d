/**
 * What a run draws random numbers for: the seed of minibatch or epoch n is `deriveSeed(seed, DRAWS.purpose, n)`, so that no
 * purpose disturbs another.
 */
export const DRAWS = { order: 1, dropout: 2, augmentation: 3 } as const;
