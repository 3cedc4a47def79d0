// The box for a commit's message: how VS Code names it, how it is named to the models, and what stands above it there. Pure.
import { toLineFeeds } from '../../text/lines.ts';

export const boxScheme = 'vscode-scm';

/** As a file of the folder; none need be there. */
export const boxPath = 'COMMIT_EDITMSG';

/** The URI of the repository that a box belongs to, of the query of its own: 'rootUri=file%3A%2F%2F%2Fwork'. */
export function repositoryIn(query: string): string | undefined {
  return new URLSearchParams(query).get('rootUri') || undefined;
}

/** Of earlier messages at most, UTF-16 units. */
const most = 24_000;

/** Earlier messages as one text, the latest last, right above the new one. @param messages newest first */
export function aboveBox(messages: readonly string[]): string {
  const kept: string[] = [];
  let left = most;
  for (const message of messages) {
    const text = `${toLineFeeds(message).trim()}\n\n`;
    left -= text.length;
    if (left < 0) break;
    kept.unshift(text);
  }
  return kept.join('');
}
