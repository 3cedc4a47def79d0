// Collects the licences of the npm packages inside our bundles into one file that is shipped beside them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grammarNames } from './native.ts';
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

interface Kept {
  /** The package's version that the texts belong to. */
  readonly version: string;
  /** In build/licences/, without '.txt'. */
  readonly texts: readonly string[];
}

const simpleGit = ['simple-git'];
const grammars = [...new Set([...grammarNames].map((name) => (name === 'tsx' ? 'typescript' : name)))].sort();

/**
 * Texts that npm packages lack: from their repositories, onnxruntime's from its package for Python, the grammars' from
 * their own npm packages.
 */
const kept: Readonly<Record<string, Kept>> = {
  '@bufbuild/protobuf': { version: '2.17.0', texts: ['protobuf', 'protobuf-varint'] },
  '@simple-git/argv-parser': { version: '1.1.1', texts: simpleGit },
  '@vscode/tree-sitter-wasm': {
    version: '0.3.1',
    texts: ['web-tree-sitter', ...grammars.map((name) => `tree-sitter-${name}`)],
  },
  // What its libraries are made of: their packages name the owner of the bindings alone.
  'node-llama-cpp': { version: '3.22.1', texts: ['llama.cpp', 'cpp-httplib', 'nlohmann-json'] },
  'onnxruntime-common': { version: '1.30.0', texts: ['onnxruntime'] },
  'onnxruntime-node': { version: '1.30.0', texts: ['onnxruntime', 'onnxruntime-third-parties'] },
  'simple-git': { version: '3.36.0', texts: simpleGit },
  standardwebhooks: { version: '1.1.1', texts: ['standardwebhooks'] },
};

const readText = (path: string) => readFileSync(path, 'utf8').trim();

/** Texts of build/licences/ under their names: they hold several programs of one package. */
function keptTexts({ name, version }: Manifest): string[] {
  const row = kept[name];
  if (row === undefined) return [];
  if (row.version !== version)
    throw new Error(
      `build/licences/ has texts for ${name} ${row.version}, and ${version} is installed: ` +
        'compare them with its repository, then change the version in build/licences.ts.',
    );
  return row.texts.map((text) => `[${text}]\n\n${readText(join(root, 'build', 'licences', `${text}.txt`))}`);
}

/** What is said of a package: name, version, stated licence and every text. Throws if there is no text. */
export function licenceSection(folder: string, top = root): string {
  const path = join(top, folder);
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
  const files = readdirSync(path).filter((name) => /^(?:licen[cs]e|notice|copying|third.?party)/i.test(name));
  const own = files.map((name) => readText(join(path, name))).filter((text) => text !== '');
  const texts = [...own, ...keptTexts(manifest)];
  const title = `${manifest.name} ${manifest.version}`;
  if (texts.length === 0)
    throw new Error(
      `${title} has no licence text: add its repository's to build/licences/, and a row to build/licences.ts.`,
    );
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name;
  const stated = `Licence stated in its package.json: ${manifest.license ?? 'none'}${author ? `, by ${author}` : ''}.`;
  return [title, stated, ...texts].join('\n\n');
}

/**
 * Writes `dist/THIRD_PARTY_LICENSES`: a section for each package, then the legal comments that esbuild took out of the code.
 * @param inputs files of the bundles, relative to the root (esbuild's metafile)
 * @returns folders of the packages
 */
export function writeLicences(inputs: readonly string[], dist: string): string[] {
  const folders = packageFolders(inputs);
  const sections = folders.map((folder) => licenceSection(folder));
  const legal = readdirSync(dist).filter((name) => name.endsWith('.LEGAL.txt'));
  const comments = legal.map((name) => readFileSync(join(dist, name), 'utf8').trim()).filter((text) => text !== '');
  for (const name of legal) rmSync(join(dist, name));
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  const head = 'Easy Adaptation contains code of the packages below, under their own licences.';
  const parts = [head, ...sections];
  if (comments.length > 0) parts.push(['Legal comments from their code:', ...new Set(comments)].join('\n\n'));
  writeFileSync(join(dist, 'THIRD_PARTY_LICENSES'), `${parts.join(rule)}\n`);
  return folders;
}
