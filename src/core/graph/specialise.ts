import { GraphBuilder, type OperatorTable } from './builder';
import { numberAttribute, type Graph, type GraphNode, type StaticGraph } from './graph';
import { integers, sizeOf, type Tensor, type TypedShape } from './tensor';

/** Elements that folding may make out of nothing, all constants together; more only in proportion to the file's own. */
const FOLD_LIMIT = 16 * 1024 * 1024;
/** What a single value may hold: 1 GiB of float32. */
const VALUE_LIMIT = 256 * 1024 * 1024;
/** What all computed values may hold together. */
const TOTAL_LIMIT = 1024 * 1024 * 1024;
const MOST_AXES = 32;
const LONGEST_AXIS = 4 * 1024 * 1024;

/**
 * The graph at one batch size: every open size of the inputs becomes `batch`, all shapes are inferred, and whatever depends
 * only on constants (shape computations among them) is folded. Throws if an operator is unknown, shapes do not fit, or a value
 * would be too large for memory; that is known from shapes, before anything is computed.
 *
 * `keep`: nodes that are left as they are, though their inputs are constants.
 */
export function specialise(
  graph: Graph,
  batch: number,
  operators: OperatorTable,
  keep: (node: GraphNode) => boolean = () => false,
): StaticGraph {
  const builder = new FoldingBuilder(operators, keep);
  builder.reserve(graph);
  for (const input of graph.inputs) {
    const type = { type: input.type, shape: input.shape.map((size) => (size < 0 ? batch : size)) };
    checkComputed('The input', type);
    builder.input(input.name, type);
  }
  for (const [name, tensor] of graph.constants) builder.given(name, tensor);
  for (const node of graph.nodes) fitting(node, () => builder.addNode(node));
  return builder.build(graph.outputs);
}

/** Settles nodes, folds those that hang on constants only, and keeps within the limits. */
class FoldingBuilder extends GraphBuilder {
  #total = 0;
  #room = FOLD_LIMIT;

  constructor(
    operators: OperatorTable,
    readonly keep: (node: GraphNode) => boolean,
  ) {
    super(operators);
  }

  /** A constant of the file. */
  given(name: string, tensor: Tensor): void {
    this.setConstant(name, tensor);
    this.#room += 4 * tensor.data.length;
  }

  override addNode(given: GraphNode): readonly string[] {
    const operator = this.operators.get(given.op);
    const written = this.writtenOut(given);
    if (written !== undefined) return written;
    const node = operator?.settle === undefined ? given : fitting(given, () => operator.settle!(given, this));
    const shapes = fitting(node, () => foldShape(node, this));
    const constants = node.inputs.map((name) => this.constantOf(name));
    const known = node.inputs.every((name, index) => name === '' || constants[index] !== undefined);
    if (shapes === undefined && (!(known && operator?.evaluate) || this.keep(node))) {
      for (const name of fitting(node, () => super.addNode(node)))
        if (name !== '') this.#total += checkComputed(node.op, this.type(name));
      if (this.#total > TOTAL_LIMIT) throw new Error(`The values of the network have ${this.#total} elements together`);
      return node.outputs;
    }
    if (shapes === undefined) this.#room -= foldedSize(node, constants, this.operators);
    if (this.#room < 0) throw new Error(`${node.op} makes a constant that is too large`);
    const folded = shapes ?? fitting(node, () => operator!.evaluate!(node, constants));
    node.outputs.forEach((name, index) => {
      const tensor = folded[index];
      if (name !== '' && tensor !== undefined) this.setConstant(name, tensor);
    });
    return node.outputs;
  }
}

/** How many elements the node's constants will have; throws if that cannot be. */
function foldedSize(node: GraphNode, constants: readonly (Tensor | undefined)[], operators: OperatorTable): number {
  const types = fitting(node, () => operators.get(node.op)!.infer(node, { types: constants, constants }));
  return types.reduce((sum, type) => sum + checkSize(node.op, type), 0);
}

/** An operator that misses an input or reads past a list has met a node that is not one of its kind. */
function fitting<T>(node: GraphNode, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new Error(`${node.op}: inputs or attributes are missing or impossible`, { cause: error });
  }
}

/** As {@link checkSize} for what is computed from the picture; derivatives keep lists of the positions along an axis. */
function checkComputed(what: string, type: TypedShape): number {
  const size = checkSize(what, type);
  if (type.shape.some((each) => each > LONGEST_AXIS))
    throw new Error(`${what} makes a value of the shape [${type.shape.join(', ')}]`);
  return size;
}

/** How many elements a value has; throws if it cannot be. */
function checkSize(what: string, { shape }: TypedShape): number {
  if (shape.length > MOST_AXES) throw new Error(`${what} makes a value of ${shape.length} axes`);
  if (!shape.every((size) => Number.isInteger(size) && size >= 0))
    throw new Error(`${what} makes a value of the impossible shape [${shape.join(', ')}]`);
  const size = sizeOf(shape);
  if (size > VALUE_LIMIT) throw new Error(`${what} makes a value of ${size} elements`);
  return size;
}

/** Shape and Size depend on the shape alone, which is known. */
function foldShape(node: GraphNode, builder: GraphBuilder): readonly Tensor[] | undefined {
  if (node.op !== 'Shape' && node.op !== 'Size') return undefined;
  const { shape } = builder.type(node.inputs[0]!);
  if (node.op === 'Size') return [integers([sizeOf(shape)], [])];
  const start = numberAttribute(node, 'start', 0);
  const end = numberAttribute(node, 'end', shape.length);
  return [integers(shape.slice(start, end))];
}
