import { existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Programs of the bench that run the product, by the name of their bundle. */
const PROGRAMS = { worker: 'bench/worker.ts', trainingWorker: 'bench/trainingWorker.ts' } as const;
export type Program = keyof typeof PROGRAMS;

/** The bench's programs, bundled with the product of one checkout. */
export interface ProductBundle {
  /** Path of a program's bundle. */
  readonly program: (name: Program) => string;
  /** What went into the bundles, by esbuild. */
  readonly inputs: Metafile['inputs'];
}

/** Files that the bench imports, by their places of today, and where they lay before. */
const FORMERLY: Readonly<Record<string, string>> = {
  'core/model/trainableNetwork': 'core/training/network',
  'engine/process/client': 'core/engine/client',
  'engine/training/network/createNetwork': 'core/runtime/training/createNetwork',
};

/** How sources of threads end; their bundles are looked for beside the one that starts them. */
const THREAD = 'Thread.ts';

/**
 * Bundles the bench's programs of the checkout `benchOf` into `folder` as the product is bundled to be shipped, with everything that they import of
 * `src` taken from the checkout `productOf`, and with its packages. Nothing is written into a checkout. Rejects with esbuild's reason,
 * and where `productOf` is no checkout of this repository or its packages are not installed.
 */
export async function bundleProduct(benchOf: string, productOf: string, folder: string): Promise<ProductBundle> {
  // esbuild tells of files by their real paths.
  const [root, checkout] = [realpathSync(benchOf), realpathSync(productOf)];
  const packages = path.join(checkout, 'node_modules');
  const threads = threadSources(path.join(checkout, 'src'));
  if (threads === undefined) throw new Error(`${checkout} is no checkout of this repository: it has no folder src.`);
  if (!existsSync(packages)) throw new Error(`${checkout} has no packages: run npm ci there.`);
  mkdirSync(folder, { recursive: true });
  symlinkSync(packages, path.join(folder, 'node_modules'), 'junction');
  const programs = Object.entries(PROGRAMS).map(([name, file]) => [name, path.join(root, file)] as const);
  const { metafile } = await build({
    absWorkingDir: checkout,
    entryPoints: Object.fromEntries([...programs, ...threads.map((file) => [path.basename(file, '.ts'), file])]),
    outdir: folder,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: externalPackages(checkout),
    legalComments: 'none',
    logLevel: 'silent',
    metafile: true,
    plugins: [takeProduct(root, checkout)],
  });
  return { program: (name) => path.join(folder, `${name}.js`), inputs: metafile.inputs };
}

/** Whatever a file of the bench imports of the product is resolved in `checkout`. */
function takeProduct(root: string, checkout: string): Plugin {
  const [bench, product] = [path.join(root, 'bench') + path.sep, path.join(root, 'src') + path.sep];
  return {
    name: 'product-of-checkout',
    setup(builder) {
      builder.onResolve({ filter: /^\./ }, ({ path: wanted, resolveDir, kind }) => {
        const target = path.resolve(resolveDir, wanted);
        if (!(resolveDir + path.sep).startsWith(bench) || !target.startsWith(product)) return undefined;
        const place = path.relative(product, target).split(path.sep).join('/');
        return builder.resolve(`./src/${placeIn(checkout, place)}`, { kind, resolveDir: checkout });
      });
    },
  };
}

/** Where a file of `src` lies in a checkout: older ones have the rooms beside the core inside it, and some of the core elsewhere there. */
function placeIn(checkout: string, place: string): string {
  const places = [place, `core/${place}`, FORMERLY[place] ?? place];
  return places.find((candidate) => existsSync(path.join(checkout, 'src', `${candidate}.ts`))) ?? place;
}

function threadSources(folder: string): string[] | undefined {
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(THREAD))
    .map((file) => path.join(folder, file));
}

/** Packages with native parts, as the checkout's own build leaves them out. */
function externalPackages(checkout: string): string[] {
  const list = path.join(checkout, 'scripts', 'support', 'externalPackages.json');
  return createRequire(list)(list) as string[];
}
