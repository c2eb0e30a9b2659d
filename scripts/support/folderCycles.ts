/** A file and the files that it imports, by their paths with slashes. */
export interface ImportingFile {
  readonly path: string;
  readonly imports: readonly string[];
}

/** Neighbours of one folder that need one another, and an import for each step round. */
export interface FolderCycle {
  readonly folder: string;
  readonly neighbours: readonly string[];
  readonly imports: readonly string[];
}

/**
 * Where folders need one another: in every folder, each file and each subfolder as a whole counts as one, and what imports of one lead
 * back to it is a cycle. A folder may so use what lies beside it, and be used by another file there, but not by the same.
 */
export function folderCycles(files: readonly ImportingFile[]): FolderCycle[] {
  const folders = new Set(files.flatMap(({ path }) => foldersAround(path)));
  return [...folders].sort().flatMap((folder) => cyclesIn(folder, files));
}

function foldersAround(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(0, i).join('/'));
}

/** For each neighbour what it imports of which other, with one import as an example. */
type Imports = Map<string, Map<string, string>>;

function cyclesIn(folder: string, files: readonly ImportingFile[]): FolderCycle[] {
  const start = folder === '' ? '' : `${folder}/`;
  const neighbour = (path: string) => (path.startsWith(start) ? path.slice(start.length).split('/')[0]! : undefined);
  const imports: Imports = new Map();
  for (const file of files) {
    const from = neighbour(file.path);
    if (from === undefined) continue;
    const others = imports.get(from) ?? new Map<string, string>();
    imports.set(from, others);
    for (const imported of file.imports) {
      const to = neighbour(imported);
      if (to !== undefined && to !== from && !others.has(to)) others.set(to, `${file.path} → ${imported}`);
    }
  }
  const seen = new Set<string>();
  const found: FolderCycle[] = [];
  for (const name of imports.keys()) {
    if (seen.has(name)) continue;
    const cycle = wayBack(name, imports);
    if (cycle === undefined) continue;
    cycle.forEach((member) => seen.add(member));
    const steps = cycle.map((from, i) => imports.get(from)!.get(cycle[(i + 1) % cycle.length]!)!);
    found.push({ folder, neighbours: cycle, imports: steps });
  }
  return found;
}

/** The shortest way along imports from `start` back to it. */
function wayBack(start: string, imports: Imports): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const next of imports.get(name)?.keys() ?? []) {
      if (next === start) {
        const way = [name];
        while (way[0] !== start) way.unshift(cameFrom.get(way[0]!)!);
        return way;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  }
  return undefined;
}
