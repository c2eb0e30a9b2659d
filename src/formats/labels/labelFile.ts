import { UserError } from '../../core/errors';
import type { JsonValue } from '../json/json';
import { nestingDepth } from '../json/json';
import type { ClassNames } from './labels';
import { MODEL_LIMITS } from '../../core/model/limits';
import { decodeText } from './decodeText';
import { orderNames } from './orderNames';
import type { FoundName } from './foundName';
import { parsePythonLiteral } from './pythonLiteral';
import { readJsonNames } from './readJson';
import { readLines } from './readLines';
import { readPbtxt } from './readPbtxt';
import { readTable } from './readTable';
import { readYaml } from './readYaml';

/**
 * The class names of a label file, in the order of the classes: text in UTF-8, UTF-16 or Windows-1252 that holds one name a line
 * (with numbers or without), a table with a heading, JSON, YAML, a label map of TensorFlow, or what Python prints. `origin` names it in sentences. What is guessed
 * or missing is in `warnings`. Throws `UserError('model-spec')` where the names or their order cannot be told.
 */
export function readLabels(bytes: Uint8Array, origin: string): ClassNames {
  const { text, warnings } = decodeText(bytes, origin);
  const found = parseLabels(text, origin);
  return { ...found, warnings: [...warnings, ...found.warnings] };
}

/** The same of text. */
export function parseLabels(text: string, origin: string): ClassNames {
  const bare = text.replace(/^\uFEFF/, '');
  const formed =
    structured(bare, origin) ?? readPbtxt(bare, origin) ?? readYaml(bare, origin) ?? readTable(bare, origin);
  const found = formed ?? readLines(bare);
  if (found.length === 0)
    throw new UserError('model-spec', `${origin} names no classes.`, 'Write one class name a line.');
  const ordered = orderNames(found, origin);
  const otherwise = formed === undefined ? withoutComments(bare, origin) : undefined;
  return otherwise === undefined ? ordered : { ...ordered, otherwise };
}

/** The names where lines that begin with # are comments, which only their number can tell. */
function withoutComments(text: string, origin: string): ClassNames | undefined {
  const lines = text.split(/\r\n|\r|\n/);
  const kept = lines.filter((line) => !/^\s*#/.test(line));
  const left = lines.length - kept.length;
  const found = left === 0 ? [] : readLines(kept.join('\n'));
  if (found.length === 0) return undefined;
  const { names, warnings } = orderNames(found, origin);
  const said = left === 1 ? 'A line of' : `${left} lines of`;
  return {
    names,
    warnings: [
      ...warnings,
      `${said} ${origin} that ${left === 1 ? 'begins' : 'begin'} with # ${left === 1 ? 'is' : 'are'} left out.`,
    ],
  };
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
