/** `judge`, of each value once, however many ways lead to it: in a net of many branches the ways are too many. */
export function judgedOnce<Verdict>(
  judge: (name: string, depth: number) => Verdict,
): (name: string, depth: number) => Verdict {
  const known = new Map<string, { readonly verdict: Verdict }>();
  return (name, depth) => {
    const before = known.get(name);
    if (before !== undefined) return before.verdict;
    const verdict = judge(name, depth);
    known.set(name, { verdict });
    return verdict;
  };
}
