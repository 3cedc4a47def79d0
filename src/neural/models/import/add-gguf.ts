// Registers a GGUF file as a base that llama.cpp serves. The file stays where it is: the package names its path, size
// and SHA-256, and holds the tokenizer that was read from its header.
import { renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CodedError, failed, isCancelled, messageOf, ok, type Result, unwrap } from '../../../common/errors.ts';
import { hashOfFile, sha256Of, stampOf } from '../../../common/file-hash.ts';
import { replaceFile } from '../../../common/files.ts';
import { noProgress, type Progress } from '../../../common/progress.ts';
import { loadTokenizer } from '../../../text/tokenizer/load.ts';
import { type PackageInfo, readPackage } from '../list.ts';
import { dialectFor, dialectTokens, readManifest, TOKENIZER, writeManifest } from '../manifest.ts';
import { corrupt, type GgufFacts, KNOWN_KIND, readGgufFacts, unsupported } from './gguf.ts';

export interface GgufRequest {
  /** A GGUF file. */
  readonly path: string;
  /** Folder of the imported bases. */
  readonly into: string;
  /** The name that the user wrote. */
  readonly name?: string;
  /** Used without `name`, with a number added if another base has it. Default: the file's name. */
  readonly suggestedName?: string;
  /** The licence of a file that states none. */
  readonly licence?: string;
  /** The file's hash, if it is known: of a model of the catalog. */
  readonly sha256?: string;
}

export interface AddedBase extends PackageInfo {
  /** The licence that the file states. */
  readonly licence: string | undefined;
}

/**
 * Reads the header and the file's hash; writes a few megabytes. A file that is registered already under the same name
 * is returned as it is, and registered anew if it has changed since. Fails with 'unreadable', 'corrupt', 'unsupported',
 * 'unwritable', 'bad-request' if the name that the user wrote belongs to another base, and 'cancelled'.
 */
export async function addGgufModel(
  request: GgufRequest,
  signal: AbortSignal,
  progress: Progress = noProgress,
): Promise<Result<AddedBase>> {
  const path = resolve(request.path);
  try {
    progress({ stage: 'Reading what the model is', done: 0, total: undefined });
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw unsupported(
        "it is a folder; llama.cpp serves GGUF files, which llama.cpp's convert_hf_to_gguf.py makes of a folder of safetensors",
      );
    const facts = await readGgufFacts(path);
    const licence = facts.licence ?? request.licence;
    const wanted = nameFor(request.name ?? request.suggestedName ?? nameOf(path, facts));
    for (let copy = 1; ; copy++) {
      const name = copy === 1 ? wanted : `${wanted}-${copy}`;
      const folder = join(request.into, name);
      if (!statSync(folder, { throwIfNoEntry: false }))
        return ok(await write(request, path, { ...facts, licence }, { name, folder }, signal, progress));
      const known = readManifest(folder);
      if (known.ok && known.value?.gguf?.path === path) {
        const isSame =
          known.value.gguf.stamp === stampOf(path) && known.value.weights === (request.sha256 ?? known.value.weights);
        if (isSame) return ok({ ...unwrap(readPackage(folder)), licence });
        return ok(await write(request, path, { ...facts, licence }, { name, folder }, signal, progress));
      }
      if (request.name !== undefined)
        return failed(
          'bad-request',
          `There is a base '${name}' already. Give this one another name, or remove that one.`,
        );
    }
  } catch (error) {
    if (isCancelled(error) || signal.aborted) return failed('cancelled', 'Stopped.');
    if (error instanceof CodedError) return failed(error.code, error.message);
    return failed(
      'unwritable',
      `The base cannot be written: ${messageOf(error)}. Make room, or choose another folder.`,
    );
  }
}

async function write(
  { sha256 }: Pick<GgufRequest, 'sha256'>,
  path: string,
  facts: GgufFacts,
  { name, folder }: { readonly name: string; readonly folder: string },
  signal: AbortSignal,
  progress: Progress,
): Promise<AddedBase> {
  const { bytes, architecture, contextLength, vocabulary, parameters, licence } = facts;
  const read = loadTokenizer(facts.tokenizer, `Choose another model: ${KNOWN_KIND}.`);
  if (!read.ok) throw new CodedError('unsupported', read.error.message);
  const { dialect, stop } = dialectFor(read.value);
  dialectTokens(read.value, dialect);
  const stamp = stampOf(path);
  const onRead = (done: number) => progress({ stage: 'Checking the file', done, total: bytes });
  const weights = await hashOfFile(path, { signal, onRead });
  if (stamp === undefined || stampOf(path) !== stamp) throw corrupt(`${path} is being written`);
  if (sha256 !== undefined && weights !== sha256)
    throw corrupt('it is not the file that its maker published: its SHA-256 differs');
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  replaceFile(join(partial, TOKENIZER), [new TextEncoder().encode(`${JSON.stringify(facts.tokenizer)}\n`)]);
  writeManifest(partial, {
    version: 1,
    name,
    kind: 'gguf',
    base: { name: facts.name || name },
    weights,
    tokenizer: sha256Of(join(partial, TOKENIZER)),
    dialect,
    stop: [...new Set([...facts.ends, ...stop])],
    licence: licence ?? 'not stated',
    gguf: { path, bytes, stamp, architecture, contextLength, vocabulary, parameters },
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return { ...unwrap(readPackage(folder)), licence };
}

/** The file's name, which the user sees, unless it is a hash. */
function nameOf(path: string, { name }: GgufFacts): string {
  const own = basename(path).replace(/\.gguf$/i, '');
  return /^sha256-/.test(own) ? name || own : own;
}

/** A name that is valid for a folder on every system and in a manifest. */
export function nameFor(name: string): string {
  const plain = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 60)
    .toLowerCase();
  return plain === '' ? 'base' : plain;
}
