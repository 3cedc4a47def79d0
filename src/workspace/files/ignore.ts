// Ignore files at every level of a folder, and globs such as VS Code's `files.exclude`.

import type { FolderReader } from './folder-reader.ts';
import { matches, parseGlob, parseIgnoreFile, type Rule } from './globs.ts';
import { parentOf } from './inside.ts';

/** Ours: stops learning and prompts. Git's syntax. */
export const ownIgnoreFile = '.easyadaptationignore';

/** Nobody writes one that is larger. */
const maxBytes = 1_000_000;

/** Ignore files of one kind or more, each in force below its own folder; the deepest that says something decides. */
export class IgnoreFiles {
  private readonly byFolder = new Map<string, readonly Rule[]>();
  private readonly known = new Map<string, boolean>();

  /** @param folder relative to the root, '' for the root itself */
  add(folder: string, text: string): void {
    this.byFolder.set(folder, [...(this.byFolder.get(folder) ?? []), ...parseIgnoreFile(asCompared(text))]);
    this.known.clear();
  }

  /**
   * Reads `name` in `folder` if it is there. One that is there and says nothing that can be read keeps everything
   * beside it
   * out, as it may have meant to; except that git's is nothing where it is no file (a link, a pipe), as for git.
   */
  async read(reader: FolderReader, folder: string, name: string): Promise<void> {
    // Nothing in there is read anyway.
    if ((await reader.folder(folder)) !== undefined) return;
    const read = await reader.read(folder === '' ? name : `${folder}/${name}`, maxBytes);
    if ('bytes' in read) this.add(folder, read.bytes.toString('utf8').replace(/^\ufeff/, ''));
    else if (read.leftOut === 'gone' || (read.leftOut === 'not-a-file' && name !== ownIgnoreFile)) return;
    else this.add(folder, '*');
  }

  /** As git does: what lies in an ignored folder is ignored, whatever deeper files say. */
  ignores(path: string, isFolder = false): boolean {
    if (this.byFolder.size === 0 || path === '') return false;
    const parent = parentOf(path);
    if (parent !== '') {
      let parentIgnored = this.known.get(parent);
      if (parentIgnored === undefined) {
        parentIgnored = this.ignores(parent, true);
        this.known.set(parent, parentIgnored);
      }
      if (parentIgnored) return true;
    }
    for (let folder = parent; ; folder = parentOf(folder)) {
      const rules = this.byFolder.get(folder);
      if (rules) {
        const names = asCompared(folder === '' ? path : path.slice(folder.length + 1)).split('/');
        const last = rules.findLast((rule) => (isFolder || !rule.foldersOnly) && matches(rule.parts, names));
        if (last) return !last.negated;
      }
      if (folder === '') return false;
    }
  }
}

/** Other systems' file systems do not tell case apart. */
function asCompared(text: string): string {
  return process.platform === 'linux' ? text : text.toLowerCase();
}

/**
 * True for paths that one of the globs matches, or that lie in a folder which one matches. VS Code's syntax: `**`, `*`,
 * `?`, `[...]`, `{a,b}`; a glob without '/' matches at the root only, as there.
 */
export function excluder(globs: Readonly<Record<string, boolean>>): (path: string) => boolean {
  // `{ "when": ... }` hides a file for its sibling's sake; it is still the user's text.
  const patterns = Object.entries(globs).flatMap(([glob, on]) => (on === true ? parseGlob(glob) : []));
  if (patterns.length === 0) return () => false;
  return (path) => {
    const names = path.split('/');
    return patterns.some((parts) => matches(parts, names));
  };
}
