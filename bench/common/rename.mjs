// Gives a package a vocabulary that no public model knows: every word of its own names, in code, comments, strings and file names, is replaced by another, the same everywhere.
// usage: node rename.mjs SOURCE TARGET MAPPING.json     copies SOURCE's .ts and .tsx files to TARGET under their new names
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const cased = (word, like) =>
  like === like.toUpperCase() && like.length > 1
    ? word.toUpperCase()
    : like[0] === like[0].toUpperCase()
      ? word[0].toUpperCase() + word.slice(1)
      : word;

/** @param {{words: Record<string, string>, keep: string[]}} mapping lower-case word -> word; `keep`: identifiers of the language and of other packages, left as they are */
export function renamer({ words, keep }) {
  const kept = new Set(keep);
  const table = new Map(Object.entries(words));
  const word = (part) => {
    const low = part.toLowerCase();
    const one = low.endsWith('s') ? table.get(low.slice(0, -1)) : undefined;
    const to = table.get(low) ?? (one && `${one}s`);
    return to === undefined ? part : cased(to, part);
  };
  const identifier = (id) => (kept.has(id) ? id : id.replace(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g, word));
  return (text) => text.replace(/[A-Za-z_$][\w$]*/g, identifier);
}

export function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && /\.tsx?$/.test(e.name) && !e.name.endsWith('.d.ts'))
    .map((e) => relative(folder, join(e.parentPath, e.name)))
    .sort();
}

if (import.meta.filename === process.argv[1]) {
  const [, , source, target, mapping] = process.argv;
  const rename = renamer(JSON.parse(readFileSync(mapping, 'utf8')));
  for (const path of filesOf(source)) {
    const to = join(target, rename(path.replace(/\.(tsx?)$/, '')) + path.match(/\.tsx?$/)[0]);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, rename(readFileSync(join(source, path), 'utf8')));
  }
}
