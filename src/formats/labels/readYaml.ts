import { UserError } from '../../core/errors';
import { classNumber, type FoundName } from './foundName';
import { parsePythonLiteral } from './pythonLiteral';
import { readJsonNames } from './readJson';

/** Under which key data sets keep the names (Ultralytics' data.yaml: `names`). */
const KEY = /^(names|classes|labels|class_names):\s*(.*)$/;
const ITEM = /^\s*-\s+(.*)$/;
const ENTRY = /^\s+(["']?)(\d{1,9})\1\s*:\s+(.*)$/;
/** Any other line at the top of a YAML file. */
const TOP = /^[A-Za-z_][\w .-]*:(\s.*)?$/;

/**
 * Class names from YAML: a list (`- cat` in every line), or under `names:` a list, numbers with names (`0: cat`) or either in
 * brackets. Undefined for text that is none. Throws `UserError('model-spec')` for names in another form, or for another number of
 * them than `nc` says.
 */
export function readYaml(text: string, origin: string): FoundName[] | undefined {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '' && !/^\s*(#|---|\.\.\.)/.test(line));
  if (lines.length > 0 && lines.every((line) => ITEM.test(line))) return lines.map((line) => itemOf(line)!);
  const start = lines.findIndex((line) => KEY.test(line));
  if (start < 0 || !lines.every((line) => /^[\s\-\]})]/.test(line) || TOP.test(line))) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => TOP.test(line));
  const below = end < 0 ? rest : rest.slice(0, end);
  const [, key, beside = ''] = KEY.exec(lines[start]!)!;
  const value = beside.replace(/^#.*$/, '');
  const bracketed = () => bracketsOf([value, ...below].map(withoutComment).join(' '), `“${key}” of ${origin}`);
  const found = (value === '' ? blockOf(below) : undefined) ?? bracketed();
  if (found === undefined || found.length === 0)
    throw wrong(`“${key}” in ${origin} does not name classes in a known form`, 'Write a list, or numbers with names such as “0: cat”.'); // prettier-ignore
  const said = lines.map((line) => /^nc:\s*(\d{1,9})\s*(#.*)?$/.exec(line)?.[1]).find((each) => each !== undefined);
  if (said !== undefined && Number(said) !== found.length)
    throw wrong(`${origin} says “nc: ${said}”, but names ${found.length} classes`, 'Name every class.');
  return found;
}

/** Lines that all are items, or all entries. */
function blockOf(lines: readonly string[]): FoundName[] | undefined {
  const items = lines.map(itemOf);
  if (items.every((item) => item !== undefined)) return items;
  const entries = lines.map((line) => {
    const [, , number = '', name = ''] = ENTRY.exec(line) ?? [];
    return number === '' ? undefined : { number: classNumber(number)!, name: scalar(name) };
  });
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function itemOf(line: string): FoundName | undefined {
  const name = ITEM.exec(line)?.[1];
  return name === undefined ? undefined : { name: scalar(name) };
}

/** [cat, dog] or {0: cat}, quoted or not. */
function bracketsOf(text: string, place: string): FoundName[] | undefined {
  const bare = text.trim();
  const literal = parsePythonLiteral(bare);
  if (typeof literal === 'object' && literal !== null) return readJsonNames(literal, place);
  const list = /^\[([^[\]{}"']*)\](\s*#.*)?$/.exec(bare)?.[1];
  if (list !== undefined) return list.split(',').map((name) => ({ name: name.trim() })).filter(({ name }, at, all) => name !== '' || at < all.length - 1); // prettier-ignore
  const entries = /^\{([^[\]{}"']*)\}(\s*#.*)?$/
    .exec(bare)?.[1]
    ?.split(',')
    .filter((each) => each.trim() !== '');
  const pairs = entries?.map((each) => /^\s*(\d{1,9})\s*:\s+(.+)$/.exec(each));
  return pairs?.every((pair) => pair !== null)
    ? pairs.map((pair) => ({ number: Number(pair[1]), name: pair[2]!.trim() }))
    : undefined;
}

/** A plain or quoted value without the comment behind it. */
function scalar(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(text)?.[1];
  const single = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(text)?.[1]?.replaceAll("''", "'");
  return (quoted === undefined ? undefined : unescaped(quoted)) ?? single ?? text.replace(/\s+#.*$/, '').trim();
}

/** The escapes of a YAML text in double quotes: \xNN, \uNNNN, \UNNNNNNNN, and characters that stand for themselves. */
function unescaped(text: string): string {
  const escape = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/g;
  return text.replace(escape, (_, ...found: (string | undefined)[]) => {
    const code = parseInt(found[0] ?? found[1] ?? found[2] ?? '', 16);
    if (Number.isNaN(code)) return found[3] === 'n' || found[3] === 't' ? ' ' : found[3]!;
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** The line without the comment behind it, which begins at a # after a blank and outside quotes. */
function withoutComment(line: string): string {
  return /^((?:[^"'#]|"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<!\s)#)*)/.exec(line)![1]!;
}

function wrong(message: string, hint: string): UserError {
  return new UserError('model-spec', `${message}.`, hint);
}
