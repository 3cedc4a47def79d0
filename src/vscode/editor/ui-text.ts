// Text that the editor may show. VS Code renders `[text](command:...)` in messages as a link that runs the command, and
// `$(name)` as an icon, so text that comes from a folder, a file or a server is made harmless here before a dialog,
// tooltip or list shows it.
import * as vscode from 'vscode';
import { plainText } from '../../common/plain-text.ts';

declare const brand: unique symbol;

/** Text without active markup. Only this module creates it; `window.ts` accepts nothing else. */
export type UiText = string & { readonly [brand]: 'UiText' };

/** Maximum length of foreign text in a sentence, and of a message of another module, in characters. */
const maxLength = { name: 200, sentence: 1500 } as const;

/** Escapes foreign text, such as a name or a path, on one line. Idempotent. */
export function safeText(text: string, most: number = maxLength.name): UiText {
  // Cut before searching: a server's error page may be megabytes.
  const line = plainText(text.slice(0, 16 * most))
    .replace(/\s+/g, ' ')
    .trim();
  const cut = line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…`;
  return withoutSyntax(cut);
}

/** Escapes a message of another module, such as an error, which may quote foreign text. */
export function safeSentence(text: string): UiText {
  return safeText(text, maxLength.sentence);
}

/** Inserts a space into the syntax of links and icons, which VS Code's parsers then do not recognise. */
function withoutSyntax(text: string): UiText {
  return text.replace(/\](?=\()|\$(?=\()/g, '$& ') as UiText;
}

/**
 * Translates a sentence into the user's language.
 * @param message a literal: `{0}` stands for the first of `values`
 * @param values names, paths, numbers: each is escaped
 */
export function t<M extends string>(
  message: string extends M ? never : M,
  ...values: readonly (string | number)[]
): UiText {
  const safe = values.map((value) => (typeof value === 'number' ? value : safeText(value)));
  // The whole text once more: adjacent values, or a value with our own brackets, could form a link or an icon.
  return withoutSyntax(vscode.l10n.t(message, ...safe));
}

/** Joins sentences; empty and absent ones are skipped. */
export function sentences(...parts: readonly (UiText | '' | undefined)[]): UiText {
  return joined(parts, ' ');
}

/** Paragraphs of a tooltip, which shows them as plain text. */
export function lines(...parts: readonly UiText[]): UiText {
  return joined(parts, '\n');
}

export function joined(
  parts: readonly (UiText | '' | undefined)[],
  separator: ' ' | ' · ' | ', ' | ': ' | '\n',
): UiText {
  return parts.filter((part) => part).join(separator) as UiText;
}

/** @param name of a codicon: 'sparkle' */
export function withIcon(name: string, text: UiText | ''): UiText {
  return `$(${name}) ${text}` as UiText;
}
