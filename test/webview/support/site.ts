import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '../../..');
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

const PAGES = new Set(['/panel', '/inspector', '/training']);

export interface Site {
  address(page: PageName): string;
  close(): Promise<void>;
}

export type PageName = 'panel' | 'inspector' | 'training';

/** Bundles the pages and serves them on this machine alone, under the policy that the extension sets. */
export async function serveSite(): Promise<Site> {
  const bundle = await esbuild.build({
    absWorkingDir: root,
    entryPoints: {
      panel: 'webview-ui/panel.ts',
      inspector: 'webview-ui/inspector.ts',
      training: 'webview-ui/training.ts',
    },
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    outdir: path.join(root, 'dist/webview'),
    write: false,
    logLevel: 'error',
  });
  const files = new Map(bundle.outputFiles.map((file) => [`/${path.basename(file.path)}`, file.contents]));
  let origin = '';
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(pathname);
    if (file !== undefined) {
      response.setHeader('Content-Type', TYPES[path.extname(pathname)] ?? 'application/octet-stream');
      response.end(file);
    } else if (PAGES.has(pathname)) {
      response.setHeader('Content-Type', 'text/html');
      response.end(documentOf(pathname.slice(1), origin));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address: (page) => `${origin}/${page}`,
    close: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}

function documentOf(page: string, source: string): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; img-src ${source} blob: data:; style-src ${source}; font-src ${source}; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/${page}.css">
    <title>Gradient Lens</title>
  </head>
  <body>
    <div id="app"></div>
    <script type="module" nonce="${nonce}" src="/${page}.js"></script>
  </body>
</html>`;
}
