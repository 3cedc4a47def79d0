// Which file imports which, read off the source's text: for the layer rules, and for the choice of tests.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './paths.ts';

export interface Import {
  /** A file's path from the top, or the name of a package. */
  readonly to: string;
  /** It is gone when the types are. */
  readonly isType: boolean;
}

/** Texts by path from the top. */
export type Sources = Readonly<Record<string, string>>;

/** An `import type` or `export type` up to its `from`, if it is one; then what is imported. Strings with such words count, too. */
const shape = /(\b(?:import|export) type\b[^;'"`]*?)?\b(?:from|import|require)\b\s*\(?\s*(['"`])([^'"`\n]+)\2/g;

export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(shape)].map(([, type, , name = '']) => {
    const isType = type !== undefined;
    if (name.startsWith('.')) return { to: posix.join(posix.dirname(path), name), isType };
    const [scope = '', below] = name.split('/');
    return { to: scope.startsWith('@') ? `${scope}/${below}` : scope, isType };
  });
}

/** @param pattern of paths from the top */
export function readSources(pattern: string): Sources {
  const paths = globSync(pattern, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
