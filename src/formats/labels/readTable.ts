import { UserError } from '../../core/errors';
import { classNumber, isSynset, type FoundName } from './foundName';
import { readLines } from './readLines';
import { splitFields } from './splitFields';

const DELIMITERS = [',', '\t', ';', '|'];

/** Headings without case, spaces and underscores; of names, the better ones first. */
const NUMBERS = words(
  'id index idx classid classindex classidx labelid labelindex categoryid number no nr num # n key target y',
);
const SYNSETS = words('wnid synset synsetid wordnetid');
const NAMES = words(
  'name classname labelname displayname categoryname names classnames label class category labels classes title words text description english en',
);

/**
 * Class names from a table with a heading (CSV, TSV; fields in quotes may hold anything), its columns in any order: one of names,
 * and if there is one, a column of numbers that says their order; beside that the names may be called anything. Undefined where there is no such heading. Throws
 * `UserError('model-spec')` for rows that do not fit it, and where several columns may be the names.
 */
export function readTable(text: string, origin: string): FoundName[] | undefined {
  for (const delimiter of DELIMITERS) {
    const [heading = []] = splitFields(text, delimiter, 1);
    if (isHeading(heading)) return rowsOf(splitFields(text, delimiter), delimiter, origin);
    const others = besideNumbers(splitFields(text, delimiter, 2));
    if (others === undefined) continue;
    if (others.length === 1) return rowsOf(splitFields(text, delimiter), delimiter, origin, others[0]);
    throw wrong(
      `${origin} has several columns that may be the names: ${others.map((column) => `“${heading[column]!.trim().slice(0, 40)}”`).join(', ')}`,
      'Call the one that is meant “name” in the heading.',
    );
  }
  // One column: the heading could be a name, but not in a file that is called a table.
  const [first = '', ...rest] = text.split(/\r\n|\r|\n/);
  const isAlone = /\.(csv|tsv)$/i.test(origin) && NAMES.includes(plain(first));
  return isAlone && rest.some((line) => line.trim() !== '') ? readLines(rest.join('\n')) : undefined;
}

/** The columns beside one of numbers that is called so, of a heading that has no word for names. */
function besideNumbers([heading = [], first = []]: string[][]): readonly number[] | undefined {
  const numbers = heading.findIndex(
    (cell, column) =>
      NUMBERS.includes(plain(cell)) &&
      classNumber(cell) === undefined &&
      classNumber(first[column] ?? '') !== undefined,
  );
  if (numbers < 0 || heading.length < 2 || first.length !== heading.length) return undefined;
  return [...heading.keys()].filter((column) => column !== numbers && classNumber(first[column]!) === undefined);
}

function isHeading(heading: readonly string[]): boolean {
  const cells = heading.map(plain);
  if (cells.length < 2 || !cells.some((cell) => NAMES.includes(cell))) return false;
  // pandas leaves the heading of its index empty.
  const isKey = (cell: string, at: number) =>
    NUMBERS.includes(cell) || SYNSETS.includes(cell) || (at === 0 && cell === '');
  return cells.some(isKey) || cells.every((cell) => NAMES.includes(cell));
}

function rowsOf([heading = [], ...body]: string[][], delimiter: string, origin: string, only?: number): FoundName[] {
  const cells = heading.map(plain);
  const rows = body.map((fields, at) => ({ fields, at: at + 2 })).filter(({ fields }) => fields.join('').trim() !== '');
  const isWhole = (column: number) => rows.every(({ fields }) => classNumber(fields[column] ?? '') !== undefined);
  const named = NAMES.flatMap((word) => cells.flatMap((cell, column) => (cell === word ? [column] : [])));
  const keys = cells.flatMap((cell, column) =>
    NUMBERS.includes(cell) || (column === 0 && cell === '') ? [column] : [],
  );
  // "label,name": the label is a number.
  const numbers = keys[0] ?? (named.length > 1 ? named.findLast(isWhole) : undefined);
  const names = only ?? named.find((column) => column !== numbers)!;
  const synsets = cells.findIndex((cell) => SYNSETS.includes(cell));
  return rows.map(({ fields, at }) => {
    // An unquoted comma in the last column's name.
    if (fields.length > cells.length && names === cells.length - 1)
      fields.splice(names, fields.length, fields.slice(names).join(delimiter));
    if (fields.length !== cells.length)
      throw wrong(
        `Row ${at} of ${origin} has ${fields.length} fields, and the heading ${cells.length}`,
        'Put names that hold a separator in quotes.',
      );
    const name = fields[names]!.trim();
    const synset = synsets < 0 ? '' : fields[synsets]!.trim();
    const key = numbers === undefined ? undefined : fields[numbers]!.trim();
    if (key !== undefined && isSynset(key)) return { name, synset: key };
    const number = key === undefined ? undefined : classNumber(key);
    if (key !== undefined && number === undefined)
      throw wrong(
        `“${heading[numbers!]!.trim().slice(0, 40)}” in row ${at} of ${origin} is not the number of a class`,
        'Number the classes from 0 on.',
      );
    return { name, ...(number !== undefined && { number }), ...(isSynset(synset) && { synset }) };
  });
}

function plain(cell: string): string {
  return cell
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .toLowerCase()
    .replace(/[\s_.-]+/g, '');
}

function words(list: string): readonly string[] {
  return list.split(' ');
}

function wrong(message: string, hint: string): UserError {
  return new UserError('model-spec', `${message}.`, hint);
}
