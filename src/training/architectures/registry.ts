import { alexnet } from './alexnet';
import type { Architecture } from './architecture';
import { deepNetwork } from './deepNetwork';
import { residual } from './residual';

/** All networks that can be trained from nothing, in the order in which they are shown. */
export const architectures: readonly Architecture[] = [deepNetwork, alexnet, residual];

/** The architecture of this id, if there is one. */
export function findArchitecture(id: string): Architecture | undefined {
  return architectures.find((architecture) => architecture.id === id);
}
