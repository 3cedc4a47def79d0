// Text that the editor may show. VS Code renders `[text](command:...)` in messages as a link that runs the command, and `$(name)` as an icon,
// so text that comes from a folder, a file or a server is made harmless here before a dialog, tooltip or list shows it.
import * as vscode from 'vscode';
import { plainText } from '../../common/plain-text.ts';

declare const brand: unique symbol;

/** Text that renders as text wherever the editor shows it. Only this module makes one; `window.ts` accepts nothing else. */
export type UiText = string & { readonly [brand]: 'UiText' };

/** Longest foreign text in a sentence of ours, and longest sentence that another module has written, in characters. */
const longest = { name: 200, sentence: 1500 } as const;

/** A name, path, label or any other text that is not ours, on one line. Idempotent. */
export function safeText(text: string, most: number = longest.name): UiText {
  // A long text is cut before it is searched, too: a server's error page may be megabytes.
  const line = plainText(text.slice(0, 16 * most))
    .replace(/\s+/g, ' ')
    .trim();
  const cut = line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…`;
  return withoutSyntax(cut);
}

/** A whole message of another module, such as an error's: sentences of ours that may quote foreign text. */
export function safeSentence(text: string): UiText {
  return safeText(text, longest.sentence);
}

/** The start of a link and of an icon, which VS Code's parsers only recognise without a space between. */
function withoutSyntax(text: string): UiText {
  return text.replace(/\](?=\()|\$(?=\()/g, '$& ') as UiText;
}

/**
 * A sentence of ours in the user's language.
 * @param message a literal: `{0}` stands for the first of `values`
 * @param values names, paths, numbers: each is made safe
 */
export function t<M extends string>(
  message: string extends M ? never : M,
  ...values: readonly (string | number)[]
): UiText {
  const safe = values.map((value) => (typeof value === 'number' ? value : safeText(value)));
  // Once more over all of it: values side by side, or with our own brackets, could make a link or an icon together.
  return withoutSyntax(vscode.l10n.t(message, ...safe));
}

/** Sentences, one after the other; empty and absent ones are left out. */
export function sentences(...parts: readonly (UiText | '' | undefined)[]): UiText {
  return joined(parts, ' ');
}

export function joined(parts: readonly (UiText | '' | undefined)[], separator: ' ' | ' · ' | ', ' | ': '): UiText {
  return parts.filter((part) => part).join(separator) as UiText;
}

/** @param name of a codicon: 'sparkle' */
export function withIcon(name: string, text: UiText | ''): UiText {
  return `$(${name}) ${text}` as UiText;
}

/**
 * Markdown for a tooltip. The template's own text is Markdown; values are shown as they are written, but for results of this function.
 * Links in it stay without effect: the result is never trusted.
 */
export function markdown(
  template: TemplateStringsArray,
  ...values: readonly (string | number | vscode.MarkdownString)[]
): vscode.MarkdownString {
  const texts = values.map((value) =>
    value instanceof vscode.MarkdownString ? value.value : safeSentence(`${value}`).replace(/[!-/:-@[-`{-~]/g, '\\$&'),
  );
  return new vscode.MarkdownString(String.raw({ raw: template }, ...texts), true);
}
