// Reads a folder of safetensors in Hugging Face's layout: config.json, tokenizer.json, and one file of weights or
// several with an index.
import { basename, dirname, join } from 'node:path';
import { CodedError, messageOf, unwrap } from '../../../common/errors.ts';
import { isObject } from '../../../common/schemas.ts';
import { parseConfig } from '../config-json.ts';
import { readHeader, type TensorEntry } from '../safetensors.ts';
import {
  checkedMultipliers,
  IMPORTABLE_FAMILIES,
  type ImportableFamily,
  KNOWN_FAMILIES,
  type Multipliers,
  multiplierOf,
} from './importable-families.ts';
import {
  ADVICE,
  checkLocations,
  corrupt,
  type ModelSource,
  openPlain,
  type TensorLocation,
  unsupported,
  type WeightsFile,
} from './source.ts';
import { BF16, type BlockType, F16, F32 } from './stored-numbers.ts';

type Json = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<string, BlockType>> = { F32, F16, BF16 };
/** Bytes, of a text that is read whole; a tokenizer.json of a million tokens has some 60 MB. */
const MOST = {
  'config.json': 1e6,
  'generation_config.json': 1e6,
  'model.safetensors.index.json': 20e6,
  'tokenizer.json': 100e6,
  'README.md': 2e6,
};
/** Bytes of a file's header. */
const MOST_HEADER = 100e6;
const INDEX = 'model.safetensors.index.json';
const WHOLE = 'model.safetensors';

/** Throws CodedError 'unreadable', 'corrupt' or 'unsupported'. */
export async function readHubFolder(folder: string): Promise<ModelSource> {
  const json = await readJson(folder, 'config.json');
  const type = json.model_type;
  const family =
    typeof type === 'string' && Object.hasOwn(IMPORTABLE_FAMILIES, type) ? IMPORTABLE_FAMILIES[type] : undefined;
  if (!family)
    throw unsupported(
      `models of type '${String(type).slice(0, 40)}' are not supported; supported are ${KNOWN_FAMILIES}`,
    );
  const config = unwrap(parseConfig(JSON.stringify(asOurs(json, family))));
  const names = await weightFiles(folder);
  const files: WeightsFile[] = [];
  const locations = new Map<string, TensorLocation>();
  const times = multiplierOf(multipliersOf(json, family), config);
  for (const name of names) {
    const { file, tensors } = await headerOf(join(folder, name));
    for (const tensor of tensors) {
      if (locations.has(tensor.name)) throw corrupt(`'${tensor.name.slice(0, 80)}' exists twice`);
      locations.set(tensor.name, { ...locationOf(tensor, files.length), times: times(tensor.name) });
    }
    files.push(file);
  }
  const source = { config, locations, files };
  checkLocations(source);
  const tokenizer = await readJson(folder, 'tokenizer.json');
  return {
    ...source,
    name: nameOf(folder, json),
    licence: await licenceOf(folder),
    tokenizer,
    ends: await endsOf(folder, json, tokenizer),
  };
}

async function readText(folder: string, name: keyof typeof MOST): Promise<string> {
  const { handle, file } = await openPlain(join(folder, name));
  try {
    if (file.bytes > MOST[name]) throw corrupt(`its ${name} is too large`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function readJson(folder: string, name: keyof typeof MOST): Promise<Json> {
  const text = await readText(folder, name);
  try {
    const json: unknown = JSON.parse(text);
    if (isObject(json)) return json;
  } catch (cause) {
    throw corrupt(`its ${name} is not valid JSON (${messageOf(cause).slice(0, 100)})`, cause);
  }
  throw corrupt(`its ${name} is not a JSON object`);
}

/** Undefined where there is none. */
async function maybe<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch((error: unknown) => {
    if (error instanceof CodedError && error.code === 'unreadable') return undefined;
    throw error;
  });
}

/** Names in the folder itself: what an index says of other places is not followed. */
async function weightFiles(folder: string): Promise<readonly string[]> {
  const index = await maybe(readJson(folder, INDEX));
  if (!index) return [WHOLE];
  const named = isObject(index.weight_map) ? [...new Set(Object.values(index.weight_map))] : [];
  for (const name of named) {
    if (typeof name !== 'string' || !/^\w[\w.-]*\.safetensors$/.test(name)) {
      throw corrupt(`its ${INDEX} names a file outside the folder`);
    }
  }
  if (named.length === 0 || named.length > 1000) throw corrupt(`its ${INDEX} names no files`);
  return named as string[];
}

async function headerOf(
  path: string,
): Promise<{ readonly file: WeightsFile; readonly tensors: readonly TensorEntry[] }> {
  const { handle, file } = await openPlain(path);
  try {
    const start = Buffer.alloc(8);
    await handle.read(start, 0, 8, 0);
    const length = Number(start.readBigUInt64LE());
    if (file.bytes < 8 || length > file.bytes - 8 || length > MOST_HEADER)
      throw corrupt('its header is cut off, or none');
    const header = Buffer.alloc(length);
    await handle.read(header, 0, length, 8);
    return {
      file,
      tensors: readHeader(header, file.bytes - 8 - length).entries.map((entry) => ({
        ...entry,
        start: entry.start + 8 + length,
      })),
    };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('unreadable', `${path} cannot be read: ${messageOf(error)}. ${ADVICE}`, { cause: error });
  } finally {
    await handle.close();
  }
}

function locationOf({ name, type, shape, start }: TensorEntry, file: number): TensorLocation {
  const stored = TYPES[type];
  if (!stored)
    throw unsupported(`'${name.slice(0, 80)}' is stored as ${type}; ${Object.keys(TYPES).join(', ')} can be read`);
  const [rows = 1, columns = 1] = shape.length === 1 ? [1, shape[0]] : shape;
  if (shape.length > 2) throw unsupported(`'${name.slice(0, 80)}' has ${shape.length} dimensions`);
  return { file, start, type: stored, rows, columns };
}

/** The same decoder in the words of a family of ours. */
function asOurs(json: Json, { as }: ImportableFamily): Json {
  const { sliding_window: window, max_position_embeddings: context } = json;
  const isWindowed = json.model_type === 'mistral' && typeof window === 'number' && typeof context === 'number';
  return { ...json, model_type: as, ...(isWindowed && { max_position_embeddings: Math.min(window, context) }) };
}

function multipliersOf(json: Json, { multipliers: names }: ImportableFamily): Multipliers {
  const stated = (name: keyof Multipliers) => {
    const value = names && json[names[name][0]];
    return typeof value === 'number' ? value : undefined;
  };
  return checkedMultipliers({
    embedding: stated('embedding') ?? 1,
    residual: stated('residual') ?? 1,
    attention: stated('attention'),
    logits: stated('logits') ?? 1,
  });
}

/** Hugging Face's cache: models--OWNER--NAME/snapshots/COMMIT. */
function nameOf(folder: string, { _name_or_path: stated }: Json): string {
  const cached = /^models--(.+)$/.exec(basename(dirname(dirname(folder))))?.[1];
  if (cached) return cached.replace(/^.*--/, '');
  return typeof stated === 'string' && /^[\w./-]{1,200}$/.test(stated) ? basename(stated) : basename(folder);
}

/** What the model card's head states. */
async function licenceOf(folder: string): Promise<string | undefined> {
  const card = await maybe(readText(folder, 'README.md'));
  const [, head = ''] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card ?? '') ?? [];
  return /^license:\s*['"]?([\w.+-]{1,100})/m.exec(head)?.[1];
}

async function endsOf(folder: string, config: Json, tokenizer: Json): Promise<readonly string[]> {
  const generation = await maybe(readJson(folder, 'generation_config.json'));
  const ids = new Set([config.eos_token_id, generation?.eos_token_id].flat().filter((id) => typeof id === 'number'));
  const added = Array.isArray(tokenizer.added_tokens) ? tokenizer.added_tokens.filter(isObject) : [];
  return added.flatMap(({ id, content }) => (ids.has(id as number) && typeof content === 'string' ? [content] : []));
}
