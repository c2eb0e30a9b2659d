import type { Tensor } from '../../../../src/core/graph/tensor';
import type { Network } from '../random/network';
import { runGraph } from '../support';

/** What a pass makes of a network. */
export interface Rewritten {
  readonly network: Network;
  /** The outputs of the network before from those after, where the pass changes them on purpose. */
  readonly restore?: (outputs: readonly Tensor[]) => readonly Tensor[];
}

export interface Pass {
  /** Of the function. */
  readonly name: string;
  /** The network rewritten; undefined: it is none for this pass. */
  readonly rewrite: (network: Network) => Rewritten | undefined;
}

/** A network and what it computes before anything is done to it. */
export interface Truth {
  readonly name: string;
  readonly network: Network;
  readonly outputs: readonly Tensor[];
}

export async function truthOf(network: Network, name: string): Promise<Truth> {
  return { name, network, outputs: await asWritten(network) };
}

/** Node by node: ONNX Runtime's own passes have faults of their own. */
function asWritten({ graph, feeds, opset }: Network): Promise<readonly Tensor[]> {
  return runGraph(graph, feeds, opset, 'disabled');
}

/** Rounding, summed in another order: this share of the largest of an output, which counts as 0.1 at least. */
const TOLERANCE = 1e-4;

/** What differs in ONNX Runtime after the pass, in one sentence; undefined: nothing; 'none': the pass has nothing to do with it. */
export async function difference(pass: Pass, { network, outputs }: Truth): Promise<string | undefined> {
  const rewritten = pass.rewrite(network);
  if (rewritten === undefined) return 'none';
  const { network: after, restore = (found: readonly Tensor[]) => found } = rewritten;
  if (isSame(network, after)) return undefined;
  let found: readonly Tensor[];
  try {
    found = restore(await asWritten(after));
  } catch (error) {
    return `ONNX Runtime refuses what ${pass.name} made: ${(error as Error).message}`;
  }
  if (found.length > outputs.length) return `${pass.name} made ${found.length} outputs of ${outputs.length}`;
  for (const [index, { shape, data }] of found.entries()) {
    const truth = outputs[index]!;
    if (shape.join() !== truth.shape.join())
      return `${pass.name}: output ${index} is [${shape.join(', ')}] and was [${truth.shape.join(', ')}]`;
    const largest = Array.from(truth.data).reduce((most, each) => Math.max(most, Math.abs(each)), 0.1);
    const worst = Array.from(truth.data).reduce((most, each, at) => {
      const gap = Object.is(each, data[at]) ? 0 : Math.abs(each - data[at]!);
      return gap <= most ? most : gap;
    }, 0);
    if (!(worst <= TOLERANCE * largest)) return `${pass.name}: output ${index} is off by ${worst} of ${largest}`;
  }
  return undefined;
}

/** Nothing was done, so that nothing need be run. */
function isSame(before: Network, after: Network): boolean {
  const [{ graph: one, opset }, { graph: other }] = [before, after];
  if (opset !== after.opset && !((opset ?? 21) === 21 && (after.opset ?? 21) === 21)) return false;
  const constants = [...one.constants];
  return (
    JSON.stringify([one.nodes, one.outputs, one.inputs]) ===
      JSON.stringify([other.nodes, other.outputs, other.inputs]) &&
    constants.every(([name, tensor]) => other.constants.get(name) === tensor)
  );
}

/** One pass after the other, those that have nothing to do with the network left out. */
export function inTurn(passes: readonly Pass[]): Pass {
  return {
    name: passes.map(({ name }) => name).join(', '),
    rewrite: (network) =>
      passes.reduce<Rewritten>(
        (before, pass) => {
          const next = pass.rewrite(before.network);
          if (next === undefined) return before;
          const { restore: first = same } = before;
          const { restore: second = same } = next;
          return { network: next.network, restore: (outputs) => first(second(outputs)) };
        },
        { network },
      ),
  };
}

const same = (outputs: readonly Tensor[]): readonly Tensor[] => outputs;
