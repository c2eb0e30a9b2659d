import { randomBytes } from 'node:crypto';
import type { Webview, WebviewOptions } from 'vscode';
import { env, Uri } from 'vscode';

export type PageName = 'panel' | 'inspector' | 'training';

export function pageOptions(extensionUri: Uri): WebviewOptions {
  return {
    enableScripts: true,
    enableCommandUris: false,
    localResourceRoots: [Uri.joinPath(extensionUri, 'dist', 'webview'), Uri.joinPath(extensionUri, 'media')],
  };
}

/** The document of a page: its script runs by nonce, styles and fonts come from this extension, nothing else loads. */
export function pageHtml(webview: Webview, extensionUri: Uri, page: PageName): string {
  const nonce = randomBytes(16).toString('base64');
  const source = webview.cspSource;
  const file = (name: string) =>
    escapeAttribute(webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', 'webview', name)).toString());
  const policy = [
    "default-src 'none'",
    `img-src ${source} blob: data:`,
    `style-src ${source}`,
    `font-src ${source}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gradient Lens</title>
<link rel="stylesheet" href="${file(`${page}.css`)}">
</head>
<body>
<script type="module" nonce="${nonce}" src="${file(`${page}.js`)}"></script>
</body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}
