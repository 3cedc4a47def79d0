// The HTML of a webview's page. Its content security policy allows only our style sheets and our script.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export interface PageParts {
  /** The installed extension's folder. */
  readonly extension: vscode.Uri;
  /** Style sheets in media/panel/, without extension. A later one overrides the earlier ones. */
  readonly styles: readonly string[];
  /** A file in dist/. */
  readonly script: string;
}

/** Sets the webview's options and its HTML, which reloads the page. */
export function drawPage(webview: vscode.Webview, parts: PageParts): void {
  const { extension, styles, script } = parts;
  const media = vscode.Uri.joinPath(extension, 'media');
  const dist = vscode.Uri.joinPath(extension, 'dist');
  webview.options = { enableScripts: true, localResourceRoots: [media, dist] };
  const nonce = randomBytes(16).toString('base64');
  const csp = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  const panelStyles = styles.map((name) => vscode.Uri.joinPath(media, 'panel', `${name}.css`));
  const sheets = panelStyles.map((uri) => webview.asWebviewUri(uri));
  webview.html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Easy Adaptation</title>
${sheets.map((uri) => `<link rel="stylesheet" href="${uri}">`).join('\n')}
</head>
<body>
<script nonce="${nonce}" src="${webview.asWebviewUri(vscode.Uri.joinPath(dist, script))}"></script>
</body>
</html>`;
}
