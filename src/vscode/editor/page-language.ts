// The language that a page's texts are in, which screen readers take their voice from.

/**
 * The editor's where the extension has a bundle of it, else the one that all texts are written in.
 * @param bundle `vscode.l10n.bundle`
 */
export function pageLanguage(bundle: object | undefined, editor: string): string {
  return bundle === undefined ? WRITTEN : editor.replace(/[^\w-]/g, '');
}

/** Reports are in it whatever the editor's. */
export const WRITTEN = 'en';
