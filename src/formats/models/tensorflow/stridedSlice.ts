import { numberOf } from './attributes';
import { input, int64List, numbersInput, type NodeScope } from './scope';

/** As far as an axis goes, in either direction. */
const END = 2 ** 31 - 1;

/**
 * x[begin:end:step, …] with TensorFlow's masks: bits say where begin or end are left out, where `…` stands for the axes between
 * (at most once), where an axis of size 1 is new, and where an index takes one element and its axis away.
 */
export function stridedSlice(scope: NodeScope): string {
  const { node, emitter, parts } = scope;
  const mask = (name: string, index: number): boolean => ((numberOf(node, name, 0) >> index) & 1) === 1;
  const steps = numbersInput(scope, 3);
  const count = steps.length;
  if (count > 32) throw new Error('it names too many axes');
  const specs = Array.from({ length: count }, (_, index) => index);
  const listed = (at: number): readonly (number | undefined)[] | undefined => {
    const value = input(scope, at);
    const constant = emitter.constantOf(value);
    return constant === undefined ? parts.get(value) : Array.from(constant.data);
  };
  const [begin, end] = [listed(1), listed(2)];
  const masked = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];
  if ((begin === undefined || end === undefined) && masked.every((name) => numberOf(node, name, 0) === 0))
    return emitter.add('Slice', [
      input(scope, 0),
      int64List(scope, 1),
      int64List(scope, 2),
      emitter.integers(specs),
      emitter.integers(steps),
    ]);

  const ellipsis = specs.find((index) => mask('ellipsis_mask', index)) ?? count;
  const isNew = (index: number): boolean => index !== ellipsis && mask('new_axis_mask', index);
  const isShrunk = (index: number): boolean => index !== ellipsis && !isNew(index) && mask('shrink_axis_mask', index);
  /** Place of a spec among those that `counts` holds for, from the end behind the ellipsis. */
  const place = (index: number, counts: (each: number) => boolean): number =>
    index < ellipsis
      ? specs.filter((each) => each < index && counts(each)).length
      : -specs.filter((each) => each >= index && counts(each)).length;

  const ranges: { axis: number; start: number; end: number; step: number }[] = [];
  for (const index of specs) {
    if (index === ellipsis || isNew(index)) continue;
    const axis = place(index, (each) => !isNew(each));
    const step = steps[index]!;
    if (step === 0) throw new Error('a step is 0');
    if (isShrunk(index)) {
      const start = known(begin, index);
      ranges.push({ axis, start, end: start === -1 ? END : start + 1, step: 1 });
      continue;
    }
    const [openBegin, openEnd] = [mask('begin_mask', index), mask('end_mask', index)];
    if (openBegin && openEnd && step === 1) continue;
    const start = openBegin ? (step > 0 ? 0 : END) : known(begin, index);
    ranges.push({ axis, start, end: openEnd ? (step > 0 ? END : -END) : known(end, index), step });
  }
  const lists = [
    ranges.map(({ start }) => start),
    ranges.map((range) => range.end),
    ranges.map(({ axis }) => axis),
    ranges.map(({ step }) => step),
  ].map((list) => emitter.integers(list));
  const x = input(scope, 0);
  const sliced = ranges.length === 0 ? emitter.add('Identity', [x]) : emitter.add('Slice', [x, ...lists]);
  const shrunk = specs.filter(isShrunk).map((index) => place(index, (each) => !isNew(each)));
  const squeezed = shrunk.length === 0 ? sliced : emitter.add('Squeeze', [sliced, emitter.integers(shrunk)]);
  const added = specs.filter(isNew).map((index) => place(index, (each) => !isShrunk(each)));
  return added.length === 0 ? squeezed : emitter.add('Unsqueeze', [squeezed, emitter.integers(added)]);
}

function known(list: readonly (number | undefined)[] | undefined, index: number): number {
  const value = list?.[index];
  if (value === undefined) throw new Error('a bound is computed from the picture');
  return value;
}
