import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import externalPackages from './externalPackages.json';
import { packageFolder } from './nativeParts';
import { repository } from './paths';

const NODE_ENTRIES = ['src/extension/extension.ts', 'src/engine/main.ts'];
const PAGE_ENTRIES = ['webview-ui/panel.ts', 'webview-ui/training.ts', 'webview-ui/inspector.ts'];

/** Names of the npm packages whose files go into the bundles. */
export async function bundledPackages(): Promise<string[]> {
  const common = { absWorkingDir: repository, bundle: true, write: false, metafile: true, outdir: 'dist' } as const;
  const results = await Promise.all([
    build({
      ...common,
      entryPoints: NODE_ENTRIES,
      platform: 'node',
      external: externalPackages,
    }),
    build({ ...common, entryPoints: PAGE_ENTRIES, format: 'esm', loader: { '.ttf': 'file' } }),
  ]);
  const names = new Set<string>();
  for (const output of results.flatMap(({ metafile }) => Object.values(metafile.outputs))) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
      if (name && bytesInOutput > 0) names.add(name);
    }
  }
  return [...names].sort();
}

/** The licence texts of packages, one after the other. */
export function thirdPartyNotices(names: readonly string[]): string {
  const sections = names.map((name) => {
    const folder = packageFolder(name);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Licensed;
    const text = licenceText(folder);
    return `${name} ${manifest.version} (${manifest.license ?? 'licence: see its text'})\n\n${text}`;
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return ['Gradient Lens contains the following software of others.', ...sections].join(rule) + '\n';
}

function licenceText(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const texts = files.filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  // Some packages, libvips among them, state the licences of their parts in their README only.
  const chosen = texts.length > 0 ? texts : files.filter((file) => /^readme/i.test(file));
  return chosen.map((file) => readFileSync(path.join(folder, file), 'utf8').trim()).join('\n\n');
}

interface Licensed {
  readonly version: string;
  readonly license?: string;
}
