import { UserError } from '../../errors';
import type { JsonValue } from '../json';
import { nestingDepth } from '../json';
import type { ClassNames } from '../labels';
import { MODEL_LIMITS } from '../limits';
import { decodeText } from './decodeText';
import { orderNames } from './orderNames';
import type { FoundName } from './foundName';
import { parsePythonLiteral } from './pythonLiteral';
import { readJsonNames } from './readJson';
import { readLines } from './readLines';
import { readTable } from './readTable';

/**
 * The class names of a label file, in the order of the classes: text in UTF-8, UTF-16 or Windows-1252 that holds one name a line
 * (with numbers or without), a table with a heading, JSON, or what Python prints. `origin` names it in sentences. What is guessed
 * or missing is in `warnings`. Throws `UserError('model-spec')` where the names or their order cannot be told.
 */
export function readLabels(bytes: Uint8Array, origin: string): ClassNames {
  const { text, warnings } = decodeText(bytes, origin);
  const found = parseLabels(text, origin);
  return { names: found.names, warnings: [...warnings, ...found.warnings] };
}

/** The same of text. */
export function parseLabels(text: string, origin: string): ClassNames {
  const bare = text.replace(/^\uFEFF/, '');
  const found = structured(bare, origin) ?? readTable(bare, origin) ?? readLines(bare);
  if (found.length === 0)
    throw new UserError('model-spec', `${origin} names no classes.`, 'Write one class name a line.');
  return orderNames(found, origin);
}

/** Names from JSON or a Python literal; undefined for text that is neither and does not mean to be. */
function structured(text: string, origin: string): FoundName[] | undefined {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  if (nestingDepth(new TextEncoder().encode(trimmed)) > MODEL_LIMITS.jsonDepth)
    throw new UserError('model-spec', `${origin} is nested too deep.`, 'Write a plain list of class names.');
  let reason: string;
  try {
    return readJsonNames(JSON.parse(trimmed) as JsonValue, origin);
  } catch (error) {
    if (error instanceof UserError) throw error;
    reason = error instanceof Error ? error.message : String(error);
  }
  const literal = parsePythonLiteral(trimmed);
  if (literal !== undefined) return readJsonNames(literal, origin);
  // A first class may be called "[unknown]".
  if (trimmed.startsWith('[') && /^\[[^\n",]*\]\s*\n/.test(trimmed)) return undefined;
  throw new UserError(
    'model-spec',
    `${origin} is not valid JSON (${reason.slice(0, 100)}).`,
    'Correct it, or write one class name a line.',
  );
}
