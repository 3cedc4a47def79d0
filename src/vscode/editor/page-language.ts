// The language of a page's texts, which screen readers need.

/**
 * The editor's where the extension has a bundle of it, else the one that all texts are written in.
 * @param bundle `vscode.l10n.bundle`
 */
export function pageLanguage(bundle: object | undefined, editor: string): string {
  return bundle === undefined ? WRITTEN : editor.replace(/[^\w-]/g, '');
}

/** Reports are always in this language. */
export const WRITTEN = 'en';
