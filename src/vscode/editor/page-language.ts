// The language of a page's texts, for screen readers.

/**
 * The editor's language if the extension has translations for it, else English.
 * @param bundle `vscode.l10n.bundle`
 */
export function pageLanguage(bundle: object | undefined, editor: string): string {
  return bundle === undefined ? SOURCE_LANGUAGE : editor.replace(/[^\w-]/g, '');
}

/** The language that texts and reports are written in. */
export const SOURCE_LANGUAGE = 'en';
