import { operators } from '../../../core/graph/ops/registry';
import { convolutions } from './convolutions';
import { elementwise } from './elementwise';
import { linear } from './linear';
import { reductions } from './reductions';
import type { NodeReader } from './scope';
import { shaping } from './shaping';
import { slicing } from './slicing';
import { spatial } from './spatial';

const READERS: ReadonlyMap<string, NodeReader> = new Map(
  Object.entries({ ...convolutions, ...elementwise, ...linear, ...reductions, ...shaping, ...slicing, ...spatial }),
);

/** What reads nodes of this kind. An operator that is not known becomes a node of its own name, so that others can report it. */
export function readerOf(op: string): NodeReader {
  return READERS.get(op) ?? unknown(op);
}

function unknown(op: string): NodeReader {
  // A name that ONNX has as well would be taken for ONNX's operator.
  const name = operators.has(op) ? `TensorFlow.${op}` : op;
  return ({ emitter, inputs, outputs }) => emitter.addMany(name, inputs, Math.max(1, outputs));
}

const CONTROL_FLOW =
  /^(Ref)?(Switch|Merge|Enter|Exit|NextIteration|LoopCond)$|^(Stateless)?(If|While|Case)$|PartitionedCall$/;
const TABLES = /HashTable|LookupTable|TensorArray|TensorList|EmptyTensorList|^(Stack|Queue)/;
const TEXT = /^String|^Regex|^Decode(Raw|Base64)|^EncodeBase64|^AsString$|^StaticRegex|^Unicode|^SparseTo/;

/** Why nodes of this kind can be no part of a network of tensors; undefined: they can. */
export function refusal(op: string): string | undefined {
  if (CONTROL_FLOW.test(op)) return 'control flow';
  if (TABLES.test(op)) return 'tables and lists';
  return TEXT.test(op) ? 'text' : undefined;
}
