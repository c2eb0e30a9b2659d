import type { Operator } from '../operator';

/** Used by derivatives; not differentiated themselves. */
export const scattering: Readonly<Record<string, Operator>> = {
  ScatterElements: { infer: (_node, { types: [data] }) => [data!] },
};
