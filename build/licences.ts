// Collects the licences of the npm packages inside our bundles into one file that is shipped beside them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

/**
 * Folders of the packages that own the given files, as package-lock.json names them; a package inside a package counts by
 * itself.
 */
function packageFolders(inputs: readonly string[]): string[] {
  // What stands before is left out: node_modules may be a link to another checkout's.
  const pattern = /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/;
  const folders = inputs.flatMap((input) => pattern.exec(input)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function section(folder: string): { readonly name: string; readonly text: string } {
  const path = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
  const files = readdirSync(path).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name;
  const stated = `Licence stated in its package.json: ${manifest.license ?? 'none'}${author ? `, by ${author}` : ''}.`;
  const texts = files.map((name) => readFileSync(join(path, name), 'utf8').trim());
  return { name: manifest.name, text: [`${manifest.name} ${manifest.version}`, stated, ...texts].join('\n\n') };
}

/**
 * Writes `dist/THIRD_PARTY_LICENSES`: a section for each package, then the legal comments that esbuild took out of the code.
 * @param inputs files of the bundles, relative to the root (esbuild's metafile)
 * @returns folders of the packages
 */
export function writeLicences(inputs: readonly string[], dist: string): string[] {
  const folders = packageFolders(inputs);
  const sections = folders.map(section);
  const legal = readdirSync(dist).filter((name) => name.endsWith('.LEGAL.txt'));
  const comments = legal.map((name) => readFileSync(join(dist, name), 'utf8').trim()).filter((text) => text !== '');
  for (const name of legal) rmSync(join(dist, name));
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  const head = 'Easy Adaptation contains code of the packages below, under their own licences.';
  const parts = [head, ...sections.map(({ text }) => text)];
  if (comments.length > 0) parts.push(['Legal comments from their code:', ...new Set(comments)].join('\n\n'));
  writeFileSync(join(dist, 'THIRD_PARTY_LICENSES'), `${parts.join(rule)}\n`);
  return folders;
}
