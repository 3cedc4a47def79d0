// The commit message box: its URI in VS Code, its path for the models, and the earlier messages above it. Pure.
import { toLineFeeds } from '../../text/lines.ts';

export const boxScheme = 'vscode-scm';

/** Path of the box for the models. No file has this path. */
export const boxPath = 'COMMIT_EDITMSG';

/** The repository's URI, from the query of the box's URI: 'rootUri=file%3A%2F%2F%2Fwork'. */
export function repositoryIn(query: string): string | undefined {
  return new URLSearchParams(query).get('rootUri') || undefined;
}

/** Maximum size of earlier messages, UTF-16 units. */
const maxLength = 24_000;

/** Earlier messages as one text, the latest last, right above the new one. @param messages newest first */
export function aboveBox(messages: readonly string[]): string {
  const keptMessages: string[] = [];
  let remaining = maxLength;
  for (const message of messages) {
    const text = `${toLineFeeds(message).trim()}\n\n`;
    remaining -= text.length;
    if (remaining < 0) break;
    keptMessages.unshift(text);
  }
  return keptMessages.join('');
}
