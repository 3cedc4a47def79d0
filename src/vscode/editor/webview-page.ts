// A webview's page: nothing may load but our own style sheets and our own script, which needs this page's nonce.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageLanguage } from './page-language.ts';

export interface PageParts {
  /** The installed extension's folder. */
  readonly extension: vscode.Uri;
  readonly title: string;
  /** Of media/panel/, in this order: later ones override. */
  readonly styles: readonly string[];
  /** Of dist/. */
  readonly script: string;
  /** Of dist/, what the script's libraries bring; before our own. */
  readonly sheet?: string;
  /** Of what it shows; absent: the one that the extension speaks here. */
  readonly language?: string;
}

/** Sets what the webview may do and read, and draws it. */
export function drawPage(webview: vscode.Webview, parts: PageParts): void {
  const { extension, title, styles, script, sheet, language } = parts;
  const media = vscode.Uri.joinPath(extension, 'media');
  const dist = vscode.Uri.joinPath(extension, 'dist');
  webview.options = { enableScripts: true, localResourceRoots: [media, dist] };
  const nonce = randomBytes(16).toString('base64');
  const csp = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  const own = styles.map((name) => vscode.Uri.joinPath(media, 'panel', `${name}.css`));
  const brought = sheet === undefined ? [] : [vscode.Uri.joinPath(dist, sheet)];
  const sheets = [...brought, ...own].map((uri) => webview.asWebviewUri(uri));
  webview.html = `<!DOCTYPE html>
<html lang="${language ?? pageLanguage(vscode.l10n.bundle, vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${sheets.map((uri) => `<link rel="stylesheet" href="${uri}">`).join('\n')}
</head>
<body>
<script nonce="${nonce}" src="${webview.asWebviewUri(vscode.Uri.joinPath(dist, script))}"></script>
</body>
</html>`;
}
