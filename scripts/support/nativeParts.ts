import { existsSync, readFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { repository } from './paths';

/** What the bundles `require` at run time because it has native binaries. */
const ROOTS = ['sharp', 'onnxruntime-node'];
/** What only their install scripts, which never run here, need. */
const INSTALL_ONLY: ReadonlySet<string> = new Set(['adm-zip', 'global-agent']);
/** Parts of packages that only their build needs. */
const BUILD_ONLY = /^(src|install|script|docs?|test|include)$|\.([cm]?ts|map)$/;
/** ONNX Runtime brings the binaries of all platforms: `bin/napi-v6/<platform>/<architecture>`. */
const PLATFORM = /(?:^|[\\/])napi-v\d+[\\/]([^\\/]+)(?:[\\/]([^\\/]+))?/;

/** Copies packages with native binaries, and what they need, to `dist/node_modules`, where the bundles look first; returns their names. */
export async function copyNativeParts(): Promise<string[]> {
  const target = path.join(repository, 'dist', 'node_modules');
  await rm(target, { recursive: true, force: true });
  const names = installedClosure(ROOTS);
  for (const name of names) {
    const source = packageFolder(name);
    await cp(source, path.join(target, name), {
      recursive: true,
      dereference: true,
      filter: (file) => isNeeded(path.relative(source, file)),
    });
  }
  return names;
}

/** Is a file of a package, named relative to it, needed where this platform's extension runs? */
function isNeeded(file: string): boolean {
  const [first = ''] = file.split(path.sep);
  if (BUILD_ONLY.test(first) || BUILD_ONLY.test(path.basename(file))) return false;
  const [, platform = process.platform, architecture = process.arch] = PLATFORM.exec(file) ?? [];
  return platform === process.platform && architecture === process.arch;
}

export function packageFolder(name: string): string {
  return path.join(repository, 'node_modules', name);
}

/** The packages and all of their dependencies that are installed: optional ones for other platforms are not. */
function installedClosure(roots: readonly string[]): string[] {
  const found = new Set<string>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name) || INSTALL_ONLY.has(name) || !existsSync(packageFolder(name))) continue;
    found.add(name);
    const manifest = JSON.parse(readFileSync(path.join(packageFolder(name), 'package.json'), 'utf8')) as Dependent;
    queue.push(...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
  }
  return [...found].sort();
}

interface Dependent {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
