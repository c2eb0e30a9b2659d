/**
 * File names in the order of training: by the epoch and step numbers that they name ("epoch=2-step=400", "ckpt-30"), else by the last
 * whole number in which names of one form differ ("resnet18-012", "00000064"), else as a person would sort them. Decimal fractions
 * (a loss in the name) are no steps. Names without a number come last.
 */
export function orderBySteps(names: readonly string[]): string[] {
  const parsed = names.map(parse);
  const numbered = parsed.filter(({ numbers }) => numbers.length > 0);
  const others = parsed.filter(({ numbers }) => numbers.length === 0);
  const compare = numbered.every(({ epoch, step }) => epoch !== undefined || step !== undefined)
    ? (a: Parsed, b: Parsed) => compareDigits(a.epoch, b.epoch) || compareDigits(a.step, b.step)
    : compareAt(lastDifference(numbered));
  return [...numbered.sort((a, b) => compare(a, b) || compareNames(a, b)), ...others.sort(compareNames)].map(
    ({ name }) => name,
  );
}

interface Parsed {
  readonly name: string;
  /** Digits of whole numbers without leading zeros, as they come; of any length. */
  readonly numbers: readonly string[];
  readonly epoch: string | undefined;
  readonly step: string | undefined;
}

const EXTENSION = /\.(onnx|keras|h5|hdf5|tflite|json)$/i;
const EPOCH = /(?:^|[^a-z])(?:epochs?|ep|e)[\s_=.-]*$/i;
const STEP = /(?:^|[^a-z])(?:global_?steps?|steps?|iter(?:ation)?s?|it|(?:mini)?batch|ckpt|checkpoint|s)[\s_=.-]*$/i;

function parse(name: string): Parsed {
  const stem = name.replace(EXTENSION, '');
  const numbers: string[] = [];
  let epoch: string | undefined;
  let step: string | undefined;
  for (const match of stem.matchAll(/\d+(?:\.\d+)+|\d+/g)) {
    if (match[0].includes('.')) continue;
    const digits = match[0].replace(/^0+(?=\d)/, '');
    const before = stem.slice(Math.max(0, match.index - LONGEST_WORD), match.index);
    if (EPOCH.test(before)) epoch = digits;
    else if (STEP.test(before)) step = digits;
    numbers.push(digits);
  }
  return { name, numbers, epoch, step };
}

const LONGEST_WORD = 24;

/** The place of the last number that is not the same in all names, or undefined where they are not of one form. */
function lastDifference(names: readonly Parsed[]): number | undefined {
  const [first] = names;
  if (first === undefined || names.some(({ numbers }) => numbers.length !== first.numbers.length)) return undefined;
  const differing = first.numbers.map((digits, place) => names.some(({ numbers }) => numbers[place] !== digits));
  const last = differing.lastIndexOf(true);
  return last < 0 ? undefined : last;
}

function compareAt(place: number | undefined): (a: Parsed, b: Parsed) => number {
  return place === undefined ? () => 0 : (a, b) => compareDigits(a.numbers[place], b.numbers[place]);
}

/** Whole numbers by their digits; what is not named counts as 0. */
function compareDigits(a = '0', b = '0'): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

const natural = new Intl.Collator('en', { numeric: true });

function compareNames(a: Parsed, b: Parsed): number {
  return natural.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
