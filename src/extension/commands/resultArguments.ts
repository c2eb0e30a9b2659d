/** The results meant by a command's argument: a name, an item of the tree (all its results, the newest first), or several of these. */
export function resultIds(argument: unknown): readonly string[] {
  if (typeof argument === 'string') return [argument];
  if (Array.isArray(argument)) return argument.flatMap(resultIds);
  const node = argument as Partial<ResultLike> | null | undefined;
  return node?.runs?.map(({ record }) => record.id) ?? [];
}

interface ResultLike {
  readonly runs: readonly { readonly record: { readonly id: string } }[];
}
