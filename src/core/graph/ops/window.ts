import { numbersAttribute, textAttribute, type GraphNode } from '../graph';

/** Strides, dilations and begin/end pads of a spatial operator, one a spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/**
 * Resolves attributes and `auto_pad` of Conv and the poolings for an input of this spatial size. Throws for windows that cannot
 * be: ONNX Runtime does not check all of it before it computes.
 */
export function windowOf(node: GraphNode, spatial: readonly number[], kernel: readonly number[]): Window {
  const axes = spatial.map((_, axis) => axis);
  const strides = numbersAttribute(node, 'strides') ?? axes.map(() => 1);
  const dilations = numbersAttribute(node, 'dilations') ?? axes.map(() => 1);
  const pads = numbersAttribute(node, 'pads') ?? axes.flatMap(() => [0, 0]);
  checkWindow(node, axes.length, { kernel, strides, dilations, pads });
  const mode = textAttribute(node, 'auto_pad', 'NOTSET');
  if (mode === 'VALID') return { kernel, strides, dilations, begin: axes.map(() => 0), end: axes.map(() => 0) };
  if (mode === 'NOTSET')
    return { kernel, strides, dilations, begin: pads.slice(0, axes.length), end: pads.slice(axes.length) };
  const total = axes.map((axis) => {
    const out = Math.ceil(spatial[axis]! / strides[axis]!);
    return Math.max(0, (out - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1 - spatial[axis]!);
  });
  const small = total.map((pad) => Math.floor(pad / 2));
  const large = total.map((pad, axis) => pad - small[axis]!);
  return mode === 'SAME_LOWER'
    ? { kernel, strides, dilations, begin: large, end: small }
    : { kernel, strides, dilations, begin: small, end: large };
}

/** Larger strides, dilations and pads than any network has overflow in native code. */
const LARGEST = 2 ** 20;
const PADDINGS: ReadonlySet<string> = new Set(['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER']);

/** Throws unless each list has one number for each of `rank` spatial axes (pads: two) that a window can have. */
export function checkWindow(
  node: GraphNode,
  rank: number,
  { kernel, strides, dilations, pads }: Record<'kernel' | 'strides' | 'dilations' | 'pads', readonly number[]>,
): void {
  const fits = (list: readonly number[], count: number, least: number): boolean =>
    list.length === count && list.every((each) => Number.isInteger(each) && each >= least && each <= LARGEST);
  const stated = numbersAttribute(node, 'kernel_shape') ?? kernel;
  if (rank < 1 || !fits(kernel, rank, 1) || stated.join() !== kernel.join())
    throw new Error(`${node.op}: a kernel of [${kernel.slice(0, 8).join(', ')}] does not fit the input`);
  if (!fits(strides, rank, 1) || !fits(dilations, rank, 1) || !fits(pads, 2 * rank, 0))
    throw new Error(`${node.op}: strides, dilations or pads are impossible`);
  if (!PADDINGS.has(textAttribute(node, 'auto_pad', 'NOTSET'))) throw new Error(`${node.op}: auto_pad is unknown`);
}

/** Positions of the window along each axis. */
export function windowCount(window: Window, spatial: readonly number[], ceil = false): number[] {
  return spatial.map((size, axis) => {
    const span = window.dilations[axis]! * (window.kernel[axis]! - 1) + 1;
    const room = (size + window.begin[axis]! + window.end[axis]! - span) / window.strides[axis]!;
    if (room < 0) throw new Error(`A window of ${span} does not fit into ${size}`);
    if (!ceil) return Math.floor(room) + 1;
    // A window that would start in the end padding is dropped, as PyTorch and ONNX Runtime do.
    const count = Math.ceil(room) + 1;
    return (count - 1) * window.strides[axis]! >= size + window.begin[axis]! ? count - 1 : count;
  });
}
