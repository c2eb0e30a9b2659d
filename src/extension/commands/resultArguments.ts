/** The results meant by a command's argument: a name, an item of the tree (an image means all its results), or several of these. */
export function resultIds(argument: unknown): readonly string[] {
  if (typeof argument === 'string') return [argument];
  if (Array.isArray(argument)) return argument.flatMap(resultIds);
  const node = argument as Partial<ResultLike> | null | undefined;
  if (node?.kind === 'run' && node.stored) return [node.stored.record.id];
  if (node?.kind === 'image' && node.runs) return node.runs.map(({ record }) => record.id);
  return [];
}

interface ResultLike {
  readonly kind: string;
  readonly stored: { readonly record: { readonly id: string } };
  readonly runs: readonly { readonly record: { readonly id: string } }[];
}
