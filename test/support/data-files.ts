// Reads tables of texts for tests from files in their folders.
import { readFileSync } from 'node:fs';

const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\t': '\t' };

/**
 * Rows with columns separated by tabs. `\n`, `\r`, `\t` and `\\` are escapes. Empty lines and lines that begin with #
 * are ignored.
 */
export function readRows<Row extends readonly string[]>(file: URL): Row[] {
  return linesOf(file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line.split('\t').map((column) => column.replace(/\\[\\nrt]/g, (written) => escapes[written] as string)),
    )
    .map((row) => row as readonly string[] as Row);
}

/**
 * Texts that begin after a line `--- TITLE` and end before the next one. Lines before the first title are comments.
 * `\u002f` is a slash: no file of the repository may hold a home folder's path.
 */
export function readTexts(file: URL): { readonly title: string; readonly text: string }[] {
  return linesOf(file)
    .split(/^--- /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return {
        title: part.slice(0, end),
        text: part
          .slice(end + 1)
          .trimEnd()
          .replaceAll('\\u002f', '/'),
      };
    });
}

/** The file's text with line feeds, even if git wrote other line ends on this system. */
function linesOf(file: URL): string {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}
