import { countOf } from '../../countOf';
import { UserError } from '../../errors';
import type { ModelInfo } from '../../model/modelInfo';

interface Named {
  readonly name: string;
  readonly info: ModelInfo;
}

/** Throws `UserError('model-spec')` that names `other` where its input or its classes are not those of `first`. */
export function checkAgreement(first: Named, other: Named): void {
  const difference =
    differing('takes images of', sizeOf(first.info), sizeOf(other.info)) ??
    differing('has', classesOf(first.info), classesOf(other.info)) ??
    differingClass(first.info, other.info);
  if (difference === undefined) return;
  throw new UserError(
    'model-spec',
    `${other.name} ${difference[0]}, but ${first.name} ${difference[1]}.`,
    'Keep only the checkpoints of one training in the folder.',
  );
}

function differing(verb: string, first: string, other: string): [string, string] | undefined {
  return first === other ? undefined : [`${verb} ${other}`, `${verb} ${first}`];
}

function sizeOf({ input: { height, width, channels } }: ModelInfo): string {
  return `${height} × ${width} × ${channels}`;
}

function classesOf({ classes }: ModelInfo): string {
  return countOf(classes.length, 'class', 'classes');
}

function differingClass(first: ModelInfo, other: ModelInfo): [string, string] | undefined {
  const index = first.classes.findIndex((name, at) => other.classes[at] !== name);
  return index < 0
    ? undefined
    : differing(`calls class ${index}`, `"${first.classes[index]}"`, `"${other.classes[index]}"`);
}
