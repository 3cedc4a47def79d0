// Whether a module that a document imports is a file of the folder, or a package that a manifest of the folder lists.
import { posix } from 'node:path';
import { byLanguageId } from '../../text/languages.ts';
import { leftOutByName } from './file-names.ts';
import { FolderReader, foldersAbove, parentOf } from './folder-reader.ts';

/** A longer manifest is not read. */
const MAX_MANIFEST_BYTES = 1_000_000;

type ModuleCheck = (reader: FolderReader, path: string, module: string) => Promise<boolean>;

const CHECKS = byLanguageId<ModuleCheck>({ typescript: isKnownToNode, python: isKnownToPython });

/**
 * False if the module is neither. A file below `node_modules` is no file of the folder. Throws as `FolderReader.open`.
 * @param path of the document, relative to `root`, '/' separators
 * @param module as an import statement names it
 */
export async function isKnownModule(root: string, path: string, module: string, languageId: string): Promise<boolean> {
  const check = CHECKS[languageId];
  if (check === undefined) return false;
  return check(await FolderReader.open(root), path, module);
}

async function isKnownToNode(reader: FolderReader, path: string, module: string): Promise<boolean> {
  if (/^\.\.?(?:\/|$)/.test(module)) return isOneAFile(reader, nodeFiles(posix.join(parentOf(path), module)));
  const name = /^(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*(?=\/|$)/.exec(module)?.[0];
  if (name === undefined || /(?:^|\/)(?:\.\.|node_modules)(?:\/|$)/.test(module)) return false;
  for (const folder of foldersAbove(path)) {
    const manifest = await textOf(reader, posix.join(folder, 'package.json'));
    if (manifest !== undefined && listsPackage(manifest, name)) return true;
  }
  return false;
}

/** The files that a relative import may mean: with an extension, as an index, or a source behind a '.js'. */
function nodeFiles(path: string): string[] {
  const extensions = ['ts', 'tsx', 'mts', 'cts', 'd.ts', 'js', 'jsx', 'mjs', 'cjs'];
  const bases = [path, path.replace(/\.([cm]?)jsx?$/, ''), posix.join(path, 'index')];
  return [path, ...bases.flatMap((base) => extensions.map((extension) => `${base}.${extension}`))];
}

function listsPackage(manifest: string, name: string): boolean {
  const parsed: unknown = parseJson(manifest);
  const fields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
  return fields.some((field) => {
    const list = (parsed as Record<string, unknown> | undefined)?.[field];
    return typeof list === 'object' && list !== null && Object.hasOwn(list, name);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

async function isKnownToPython(reader: FolderReader, path: string, module: string): Promise<boolean> {
  const [, dots = '', name = ''] = /^(\.*)((?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?)$/.exec(module) ?? [];
  const parts = name === '' ? [] : name.split('.');
  if (dots !== '') {
    const above = foldersAbove(path)[dots.length - 1];
    return above !== undefined && isOneAFile(reader, pythonFiles(posix.join(above, ...parts)));
  }
  const [top] = parts;
  if (top === undefined) return false;
  const roots = new Set([...foldersAbove(path), 'src']);
  if (
    await isOneAFile(
      reader,
      [...roots].flatMap((root) => pythonFiles(posix.join(root, ...parts))),
    )
  )
    return true;
  const manifests = await Promise.all(['requirements.txt', 'pyproject.toml'].map((file) => textOf(reader, file)));
  const [requirements = '', project = ''] = manifests;
  const listed = [...requiredPackages(requirements), ...projectPackages(project)];
  return listed.some((each) => each.toLowerCase().replace(/[-.]/g, '_') === top.toLowerCase());
}

function pythonFiles(path: string): string[] {
  return [posix.join(path, '__init__.py'), ...(path === '.' ? [] : [`${path}.py`, `${path}.pyi`])];
}

/**
 * The name of a requirement: 'httpx[http2]>=1; python_version < "3"', 'rich @ https://...'. Others are paths or
 * options.
 */
function requiredPackage(text: string): string | undefined {
  return /^([A-Za-z0-9][\w.-]*)[ \t]*(?:\[[^\]]*\][ \t]*)?(?:$|[#;@<>=!~(])/.exec(text)?.[1];
}

/** The names in a requirements file. */
function requiredPackages(text: string): string[] {
  return text.split('\n').flatMap((line) => requiredPackage(line.trim()) ?? []);
}

/** The names in the dependencies of a pyproject.toml: quoted requirements in lists, and keys of Poetry's tables. */
function projectPackages(text: string): string[] {
  const found: string[] = [];
  let section = '';
  let isInList = false;
  // Without comments, and without tables in a list: those name groups.
  const lines = text.split('\n').map((each) => each.replace(/^((?:[^"'#]|"[^"]*"|'[^']*')*)#.*$/, '$1').trim());
  for (const line of lines) {
    if (!isInList && line.startsWith('[')) section = line;
    else if (/^\[tool\.poetry\.(?:[\w.-]+\.)?(?:dev-)?dependencies\]/.test(section)) {
      const [, key] = /^["']?([A-Za-z0-9][\w.-]*)["']?\s*=/.exec(line) ?? [];
      if (key !== undefined) found.push(key);
    } else {
      const isOfLists = /^\[(?:project\.optional-dependencies|dependency-groups)\]/.test(section);
      if (/^[\w.-]+\s*=\s*\[/.test(line))
        isInList = isOfLists || (section === '[project]' && /^dependencies\b/.test(line));
      const strings = isInList ? line.replace(/\{[^{}]*\}/g, '').matchAll(/"([^"]*)"|'([^']*)'/g) : [];
      for (const [, double, single] of strings) {
        const name = requiredPackage(double ?? single ?? '');
        if (name !== undefined) found.push(name);
      }
      if (line.endsWith(']')) isInList = false;
    }
  }
  return found;
}

async function isOneAFile(reader: FolderReader, paths: readonly string[]): Promise<boolean> {
  // Files of other people are not learned from, so they are not the folder's own.
  const own = paths.filter((path) => leftOutByName(path) !== 'vendored');
  for (const path of own) if ((await reader.whyNotAFile(path)) === undefined) return true;
  return false;
}

async function textOf(reader: FolderReader, path: string): Promise<string | undefined> {
  const read = await reader.read(path, MAX_MANIFEST_BYTES);
  return 'leftOut' in read ? undefined : read.bytes.toString('utf8');
}
