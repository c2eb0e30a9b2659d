import { countOf } from '../countOf';
import type { ModelInfo } from '../model/modelInfo';
import type { CheckItem } from '../result/modelCheck';
import { checkItem } from './checkItem';

const MOST_LISTED = 12;

/** Is it known how pixels are scaled, or only assumed? */
export function checkPreprocessing({ input }: ModelInfo): CheckItem {
  if (!/^(assumed|inferred)/.test(input.source))
    return checkItem('preprocessing', 'passed', `How pixels are scaled is known from ${input.source}.`);
  const what = input.source === 'assumed' ? 'assumed, because the model does not say it' : input.source;
  return checkItem(
    'preprocessing',
    'warning',
    `How pixels are scaled is ${what}: if predictions look wrong, say it in lens.json (“preset”, or “range”, “mean”, “std”).`,
  );
}

/** Do the classes have names? */
export function checkClassNames({ classes, classSource }: ModelInfo): CheckItem {
  const numbers = { classes: classes.length };
  if (classSource === 'numbered' && classes[0] === 'negative')
    return checkItem(
      'classes',
      'warning',
      'The model puts out one number for two classes, here called “negative” and “positive”: which of its classes is meant by a large one is assumed; list both in lens.json, the one of small numbers first.',
      numbers,
    );
  return classSource === 'numbered'
    ? checkItem(
        'classes',
        'warning',
        'The classes have no names, so they are numbered: list them in lens.json or in a labels.txt beside the model.',
        numbers,
      )
    : checkItem('classes', 'passed', `The ${classes.length} class names are those of ${classSource}.`, numbers);
}

/** Which operators stop the gradient? */
export function checkOperators({ operators, derivative }: ModelInfo): CheckItem {
  if (operators === undefined) return checkItem('operators', 'skipped', 'The engine does not tell the operators.');
  const numbers = { kinds: Object.keys(operators).length, nodes: sum(operators) };
  const { missing = {}, zero = {} } = derivative ?? {};
  const stopped = sum(missing) > 0;
  const notes = [
    ...(stopped
      ? [
          `No derivative is known of ${listOperators(missing)}: predictions and methods that need no gradient still work.`,
        ]
      : []),
    ...(sum(zero) > 0
      ? [`The derivative of ${listOperators(zero)} is zero wherever it exists: no gradient flows through.`]
      : []),
  ];
  if (notes.length > 0) {
    const counts = { ...numbers, withoutDerivative: sum(missing), zeroDerivative: sum(zero) };
    return checkItem('operators', stopped ? 'failed' : 'warning', notes.join(' '), counts);
  }
  const known = derivative === undefined ? '' : ', each with a derivative';
  const text = `${countOf(numbers.nodes, 'operation')} of ${countOf(numbers.kinds, 'kind')}${known}: ${listOperators(operators)}.`;
  return checkItem('operators', 'passed', text, numbers);
}

/** "Conv (12 ×), Relu (11 ×)", the most frequent first. */
export function listOperators(operators: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(operators).sort(([, a], [, b]) => b - a);
  const more = sorted.length > MOST_LISTED ? ` and ${countOf(sorted.length - MOST_LISTED, 'other')}` : '';
  return `${sorted
    .slice(0, MOST_LISTED)
    .map(([name, count]) => `${name} (${count} ×)`)
    .join(', ')}${more}`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
