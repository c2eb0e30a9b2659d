import { gradientGraph, type Head } from '../../core/graph/gradientGraph';
import { jacobianGraph, type JacobianGraph } from '../../core/graph/jacobianGraph';
import type { OperatorTable } from '../../core/graph/builder';
import { operators } from '../../core/graph/ops/registry';
import { transposedTensor } from '../../core/graph/permutation';
import { floats } from '../../core/graph/tensor';
import type { LayerGradient, LayerId, Objective } from '../../core/model/classifier';
import type { LayerGraph, LayerGraphs } from './layerGraphs';
import { seedFeeds } from './seedFeeds';
import { createOnnxSession, type OnnxSession } from './session';

/** Prepared graphs that are kept beside those that give no layers; each holds a copy of the weights. */
const KEPT_SESSIONS = 2;

/** The sessions that give layers, one for each set of them, made on first use. */
export interface LayerSessions {
  /**
   * As many pictures as the file takes at once: their raw outputs, and for each of `rows` the derivatives of its objectives with respect
   * to their pixels and to `layers`.
   */
  gradient(
    pixels: Float32Array,
    rows: readonly (readonly Objective[])[],
    head: Head,
    layers: readonly LayerId[],
  ): Promise<{
    readonly raw: Float32Array;
    readonly gradients: readonly Float32Array[];
    readonly layers: readonly (readonly LayerGradient[])[];
  }>;
  dispose(): Promise<void>;
}

interface Prepared {
  readonly session: OnnxSession;
  readonly derivative: JacobianGraph;
  readonly layers: LayerGraph['layers'];
}

/** `derivatives`: the operators with the derivatives that are wanted. */
export function createLayerSessions(
  graphs: LayerGraphs,
  unit: number,
  threads: number,
  derivatives: OperatorTable = operators,
): LayerSessions {
  /** Least recently used first. */
  const kept = new Map<string, Promise<Prepared>>();

  const prepare = async (ids: readonly LayerId[], head: Head, rows: number): Promise<Prepared> => {
    const { graph, layers } = await graphs.of(ids);
    const [scores] = graph.outputs as [string];
    const inner = layers.map(({ value }) => value);
    const single = gradientGraph({ ...graph, outputs: [scores] }, unit, head, derivatives, inner);
    const derivative = jacobianGraph(single, rows, derivatives);
    return { session: await createOnnxSession(derivative.graph, threads), derivative, layers };
  };

  const prepared = async (ids: readonly LayerId[], head: Head, rows: number): Promise<Prepared> => {
    const key = JSON.stringify([rows, ids]);
    const known = kept.get(key) ?? prepare(ids, head, rows);
    kept.delete(key);
    kept.set(key, known);
    known.catch(() => kept.delete(key));
    for (const [oldest, session] of [...kept].slice(0, -KEPT_SESSIONS)) {
      kept.delete(oldest);
      await release(session);
    }
    return known;
  };

  return {
    async gradient(pixels, rows, head, ids) {
      const { session, derivative, layers } = await prepared(ids, head, rows.length);
      const { graph, input, raw, rows: made } = derivative;
      const results = await session.run({
        [input]: floats(graph.types.get(input)!.shape, pixels),
        ...seedFeeds(rows, unit, derivative),
      });
      const given = ({ value, order }: LayerGraph['layers'][number], name: string): Float32Array => {
        const data = results[name]!;
        if (order === undefined) return data;
        return transposedTensor(floats(graph.types.get(value)!.shape, data), order).data as Float32Array;
      };
      return {
        raw: results[raw]!,
        gradients: made.map(({ gradient }) => results[gradient]!),
        layers: made.map(({ inner }) =>
          layers.map((layer) => ({
            layer: layer.id,
            shape: layer.shape,
            values: given(layer, layer.value),
            gradient: given(layer, inner.get(layer.value)!),
          })),
        ),
      };
    },

    async dispose() {
      const all = [...kept.values()];
      kept.clear();
      for (const session of all) await release(session);
    },
  };
}

async function release(session: Promise<Prepared>): Promise<void> {
  await session.then(
    (ready) => ready.session.dispose(),
    () => undefined,
  );
}
