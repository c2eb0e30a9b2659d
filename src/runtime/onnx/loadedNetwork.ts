import type { Graph } from '../../core/graph/graph';
import type { GraphLayer } from '../../core/graph/inspect/layers';
import { cancelTransposes } from '../../core/graph/passes/cancelTransposes';
import { foldBatchNormalization, removeIdentities } from '../../core/graph/passes/simplify';
import { takePixels, type PixelInput } from '../../core/graph/passes/takePixels';
import type { OnnxModel } from './onnxClassifier';
import type { Network } from './sessions';

/** A network that was read and is ready to run, and how it is read again. */
export interface LoadedNetwork {
  readonly model: Pick<OnnxModel, 'info' | 'rule' | 'sessions'>;
  readonly network: Network;
  /** Every layer of the file. */
  readonly layers: readonly GraphLayer[];
  /** How the network takes pixels. */
  readonly pixels: PixelInput;
  /** The network up to its scores with every layer, nothing merged and without its preprocessing. */
  readonly scoring: () => Promise<Graph>;
}

/** The network that runs: it takes pixels, and what can be merged is. */
export function readyNetwork(scoring: Graph, pixels: PixelInput): Graph {
  return takePixels(foldBatchNormalization(removeIdentities(cancelTransposes(scoring))), pixels);
}
