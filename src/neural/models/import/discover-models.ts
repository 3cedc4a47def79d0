// Discovers models on this machine in the folders of the programs that download them. Reads them, changes nothing.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { CodedError, messageOf } from '../../../common/errors.ts';
import { readGgufFacts } from './gguf.ts';

export interface FoundModel {
  /** The program that owns the folder: 'Ollama', 'LM Studio'. */
  readonly where: string;
  readonly name: string;
  /** Path to import. */
  readonly path: string;
  /** Size of the model's files. */
  readonly bytes: number;
  /** The licence that the file or its distributor states. Copies of a model sometimes state a wrong one. */
  readonly licence: string | undefined;
  /** Number of parameters; undefined if the model cannot be imported. */
  readonly parameters: number | undefined;
  /** Why the model cannot be imported; undefined if it can. */
  readonly problem: string | undefined;
}

interface Candidate {
  readonly where: string;
  readonly name: string;
  readonly path: string;
  readonly licence?: string;
}

export interface SearchLocations {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Maximum number of files whose headers are read. Each takes up to a second. */
const MOST = 60;
/** Maximum depth of the search below the known folders. */
const DEPTH = 5;

/** Sorted: first models that can be imported, then by size. Folders that do not exist are skipped. */
export async function discoverModels(
  signal: AbortSignal,
  { environment, home }: SearchLocations = { environment: process.env, home: homedir() },
): Promise<FoundModel[]> {
  const candidates = (
    await Promise.all([
      inOllama(environment.OLLAMA_MODELS, home),
      inLmStudio(home),
      inHub(environment, home),
      inLlamaCpp(environment, home),
    ])
  ).flat();
  const seen = new Set<string>();
  const found: FoundModel[] = [];
  for (const candidate of candidates) {
    if (signal.aborted || found.length >= MOST) break;
    if (seen.has(candidate.path)) continue;
    seen.add(candidate.path);
    found.push(await looked(candidate));
  }
  const order = (model: FoundModel) => (model.problem === undefined ? model.bytes : Number.MAX_SAFE_INTEGER);
  return found.sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
}

async function looked({ where, name, path, licence }: Candidate): Promise<FoundModel> {
  const base = { where, name, path };
  try {
    const { bytes, parameters, licence: own } = await readGgufFacts(path);
    return { ...base, bytes, parameters, licence: own ?? licence, problem: undefined };
  } catch (error) {
    const problem = error instanceof CodedError ? error.message : messageOf(error);
    const bytes = (await stat(path).catch(() => undefined))?.size ?? 0;
    return { ...base, bytes, licence, parameters: undefined, problem };
  }
}

/** Paths of the files below a folder that `wanted` accepts; none if it does not exist. */
async function filesBelow(folder: string, wanted: (name: string) => boolean, depth = DEPTH): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth > 0 ? filesBelow(path, wanted, depth - 1) : [];
      // A link to a file, as in the Hub's cache.
      return wanted(entry.name) && (await stat(path).catch(() => undefined))?.isFile() ? [path] : [];
    }),
  );
  return lists.flat();
}

const isGguf = (name: string) => /\.gguf$/i.test(name) && !/^mmproj/i.test(name);

async function ggufs(where: string, folder: string): Promise<Candidate[]> {
  const paths = await filesBelow(folder, isGguf);
  return paths.map((path) => ({ where, name: basename(path).replace(/\.gguf$/i, ''), path }));
}

/** manifests/HOST/NAMESPACE/MODEL/TAG names blobs by their hashes. */
async function inOllama(named: string | undefined, home: string): Promise<Candidate[]> {
  const roots = [named || join(home, '.ollama', 'models'), '/usr/share/ollama/.ollama/models'];
  const found = await Promise.all(
    roots.map(async (root) => {
      const manifests = await filesBelow(join(root, 'manifests'), () => true);
      return (await Promise.all(manifests.map((path) => fromManifest(root, path)))).flat();
    }),
  );
  return found.flat();
}

async function fromManifest(root: string, path: string): Promise<Candidate[]> {
  try {
    if ((await stat(path)).size > 1e6) return [];
    const { layers } = JSON.parse(await readFile(path, 'utf8')) as { layers?: unknown };
    if (!Array.isArray(layers)) return [];
    const blob = (kind: string): string | undefined => {
      const layer = layers.find((each) => each?.mediaType === `application/vnd.ollama.image.${kind}`);
      // The name of a blob, not a path to another folder.
      const hex = /^sha256:([0-9a-f]{64})$/.exec(String(layer?.digest))?.[1];
      return hex && join(root, 'blobs', `sha256-${hex}`);
    };
    const model = blob('model');
    if (model === undefined) return [];
    const [name, tag] = [basename(dirname(path)), basename(path)];
    const licence = await firstLine(blob('license'));
    return [
      { where: 'Ollama', name: tag === 'latest' ? name : `${name}-${tag}`, path: model, ...(licence && { licence }) },
    ];
  } catch {
    return [];
  }
}

async function firstLine(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || !(await stat(path).catch(() => undefined))?.isFile()) return undefined;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(400), 0, 400, 0);
    const line = buffer
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .find((each) => each.trim() !== '');
    return line?.trim().slice(0, 60);
  } finally {
    await file.close();
  }
}

async function inLmStudio(home: string): Promise<Candidate[]> {
  const folders = [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')];
  return (await Promise.all(folders.map((folder) => ggufs('LM Studio', folder)))).flat();
}

/** GGUF files under models--OWNER--NAME/snapshots/COMMIT. */
async function inHub(environment: SearchLocations['environment'], home: string): Promise<Candidate[]> {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  const cache = HF_HOME || join(XDG_CACHE_HOME || join(home, '.cache'), 'huggingface');
  const root = HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(cache, 'hub');
  const found = await ggufs("Hugging Face's cache", root);
  return found.filter(({ path }) => path.includes(`${sep}snapshots${sep}`));
}

async function inLlamaCpp(environment: SearchLocations['environment'], home: string): Promise<Candidate[]> {
  const { LLAMA_CACHE, LOCALAPPDATA } = environment;
  const folders = [
    LLAMA_CACHE,
    join(home, '.cache', 'llama.cpp'),
    join(home, 'Library', 'Caches', 'llama.cpp'),
    LOCALAPPDATA && join(LOCALAPPDATA, 'llama.cpp'),
  ].filter((folder) => folder !== undefined && folder !== '');
  return (await Promise.all(folders.map((folder) => ggufs("llama.cpp's cache", folder as string)))).flat();
}
