import { gradientGraph, type Head } from '../../core/graph/gradientGraph';
import type { Graph, StaticGraph } from '../../core/graph/graph';
import { jacobianGraph, type JacobianGraph } from '../../core/graph/jacobianGraph';
import { isQuantised } from '../../core/graph/ops/quantization';
import type { OperatorTable } from '../../core/graph/builder';
import { operators } from '../../core/graph/ops/registry';
import { specialise } from '../../core/graph/specialise';
import { floats, sizeOf } from '../../core/graph/tensor';
import type { Objective } from '../../core/model/classifier';
import type { RawScores } from '../ownProbabilities';
import { seedFeeds } from './seedFeeds';
import { createOnnxSession, type OnnxSession } from './session';

/** Bytes that the values of one run may take together; a run never holds them all at once. */
const CHUNK_BYTES = 512 * 1024 ** 2;
const LARGEST_CHUNK = 16;
/** Prepared graphs that are kept; each holds a copy of the weights. */
const KEPT_SESSIONS = 4;

/** More than share a run save next to nothing. */
const MOST_ROWS = 10;
/** Nodes of a network that is still made ready soon: in less than a second. */
const MOST_NODES = 4000;

/** `own`: the network's own output where that is not its scores. ONNX Runtime rounds as it does from the file only if that is all it is asked for. */
type Purpose = 'scores' | 'own' | 'gradient';

/** The sessions of one model, one for each purpose and batch size, made on first use. */
export interface Sessions {
  /** The network rounds on its way, so that its scores are those of `scores` and not those beside a gradient. */
  readonly isRounded: boolean;
  /** Objectives of the same pictures that may share a run. */
  readonly mostRows: number;
  /** Images a run, for `count` images. */
  chunkSize(purpose: 'scores' | 'gradient' | 'layers', count: number): number;
  /** Outputs of pixels, size × height × width × channels. */
  scores(pixels: Float32Array, size: number): Promise<RawScores>;
  /**
   * The same and, for each of `rows`, the derivative of its objectives with respect to the pixels; a row has one objective for all
   * pictures, or one for each. `head` is always the same.
   */
  gradient(
    pixels: Float32Array,
    rows: readonly (readonly Objective[])[],
    size: number,
    head: Head,
  ): Promise<{ readonly raw: Float32Array; readonly gradients: readonly Float32Array[] }>;
  dispose(): Promise<void>;
}

interface Prepared {
  readonly session: OnnxSession;
  readonly graph: StaticGraph;
  readonly derivative?: JacobianGraph;
}

interface Asked {
  readonly head: Head;
  /** Objectives of the same pictures. */
  readonly rows: number;
}

/** A network, and how it is run. */
export interface Network {
  /** Takes pixels. */
  readonly graph: Graph;
  /** The same for `unit` pictures. */
  readonly single: StaticGraph;
  /** Pictures of a run: more than one if the file fixes how many. */
  readonly unit: number;
  readonly threads: number;
}

/** `derivatives`: the operators with the derivatives that are wanted. */
export function createSessions(model: Network, derivatives: OperatorTable = operators): Sessions {
  const prepared = new Map<string, Promise<Prepared>>();
  const bytesPerImage = valueBytes(model.single) / model.unit;

  const [scored, own] = model.graph.outputs as [string, string | undefined];
  const kept = KEPT_SESSIONS * (own === undefined ? 1 : 2);

  const prepare = async (purpose: Purpose, size: number, asked: Asked | undefined): Promise<Prepared> => {
    const derivative = asked && derivativeOf({ ...model.graph, outputs: [scored] }, size, asked, derivatives);
    const graph = derivative?.graph ?? forwardGraph(model, purpose === 'own' ? own! : scored, size);
    return { session: await createOnnxSession(graph, model.threads), graph, ...(derivative && { derivative }) };
  };

  const sessionFor = async (purpose: Purpose, size: number, asked?: Asked): Promise<Prepared> => {
    const key = `${purpose} ${size} ${asked?.rows ?? 0}`;
    const known = prepared.get(key) ?? prepare(purpose, size, asked);
    prepared.delete(key);
    prepared.set(key, known);
    known.catch(() => prepared.delete(key));
    for (const [oldest, session] of [...prepared].slice(0, Math.max(0, prepared.size - kept))) {
      prepared.delete(oldest);
      await release(session);
    }
    return known;
  };

  return {
    isRounded: own !== undefined || isQuantised(model.graph),
    // Each row has about two nodes on the way back for one on the way forward.
    mostRows: Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_NODES / (2 * model.single.nodes.length)))),

    chunkSize(purpose, count) {
      if (model.unit > 1 || purpose === 'layers') return model.unit;
      const room = Math.floor(CHUNK_BYTES / (bytesPerImage * (purpose === 'gradient' ? 3 : 1)));
      const largest = Math.max(1, Math.min(LARGEST_CHUNK, 2 ** Math.floor(Math.log2(Math.max(1, room)))));
      if (count <= largest) return 2 ** Math.ceil(Math.log2(count));
      // Even chunks: of 50 images in chunks of 16, the last would be 14 images of nothing.
      return Math.ceil(count / Math.ceil(count / largest));
    },

    async scores(pixels, size) {
      const run = async (purpose: Purpose): Promise<Float32Array> => {
        const { session, graph } = await sessionFor(purpose, size);
        const { name } = graph.inputs[0]!;
        const results = await session.run({ [name]: floats(graph.types.get(name)!.shape, pixels) });
        return results[graph.outputs[0]!]!;
      };
      const raw = await run('scores');
      return own === undefined ? { raw } : { raw, own: await run('own') };
    },

    async gradient(pixels, rows, size, head) {
      const { session, graph, derivative } = await sessionFor('gradient', size, { head, rows: rows.length });
      const { input, raw, rows: made } = derivative!;
      const results = await session.run({
        [input]: floats(graph.types.get(input)!.shape, pixels),
        ...seedFeeds(rows, size, derivative!),
      });
      return { raw: results[raw]!, gradients: made.map(({ gradient }) => results[gradient]!) };
    },

    async dispose() {
      const all = [...prepared.values()];
      prepared.clear();
      for (const session of all) await release(session);
    },
  };
}

function derivativeOf(graph: Graph, size: number, { head, rows }: Asked, derivatives: OperatorTable): JacobianGraph {
  return jacobianGraph(gradientGraph(graph, size, head, derivatives), rows, derivatives);
}

/** Dequantised weights are left to ONNX Runtime, which computes with bytes where it finds them, as it does from the model's own file. */
function forwardGraph({ graph, single, unit }: Network, output: string, size: number): StaticGraph {
  const asked = { ...graph, outputs: [output] };
  if (isQuantised(graph)) return specialise(asked, size, operators, ({ op }) => op === 'DequantizeLinear');
  return size === unit && graph.outputs.length === 1 ? single : specialise(asked, size, operators);
}

async function release(session: Promise<Prepared>): Promise<void> {
  await session.then(
    (ready) => ready.session.dispose(),
    () => undefined,
  );
}

/** Bytes of all values that the graph computes. */
function valueBytes(graph: StaticGraph): number {
  return graph.nodes
    .flatMap(({ outputs }) => outputs)
    .reduce((sum, name) => sum + 4 * sizeOf(graph.types.get(name)?.shape ?? [0]), 0);
}
