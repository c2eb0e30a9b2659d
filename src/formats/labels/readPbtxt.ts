import { UserError } from '../../core/errors';
import { classNumber, type FoundName } from './foundName';

const START = /^\s*item\s*:?\s*\{/;
const ITEM = /item\s*:?\s*\{((?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)\}/g;
const COMMENT = /^\s*#.*$/gm;
const FIELD = /\b(id|name|display_name)\s*:\s*(?:(\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g;

/**
 * Class names from a label map of TensorFlow (`item { id: 1 name: 'cat' }`; `display_name` is for people and goes before `name`).
 * Undefined for other text. Throws `UserError('model-spec')` for an item without a number or a name, and for what is no item.
 */
export function readPbtxt(text: string, origin: string): FoundName[] | undefined {
  const bare = text.replace(COMMENT, '');
  if (!START.test(bare)) return undefined;
  const rest = bare.replace(ITEM, '').replace(/[\s,;]+/g, '');
  if (rest !== '') throw wrong(`${origin} holds something else than items (“${rest.slice(0, 40)}”)`);
  return [...bare.matchAll(ITEM)].map(([, body = ''], at) => {
    const fields = new Map(
      [...body.matchAll(FIELD)].map(([, key, number, double, single]) => [
        key!,
        number ?? unescaped(double ?? single!),
      ]),
    );
    const name = fields.get('display_name') ?? fields.get('name');
    const number = classNumber(fields.get('id') ?? '');
    if (name === undefined || number === undefined) throw wrong(`Item ${at + 1} of ${origin} lacks its id or its name`);
    return { name, number };
  });
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

function wrong(message: string): UserError {
  return new UserError('model-spec', `${message}.`, "Write items such as: item { id: 1 name: 'cat' }");
}
