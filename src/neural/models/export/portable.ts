// Reads and writes an adaptation as one safetensors file. The tensors are the model's, and the metadata are JSON.
// Nothing in the file is executed.
//
// `__metadata__` contains: format and version; `manifest` and `files` of the model's folder; `header`, the original
// header of the weights file; `provenance`, `coupling` and `report`; `sha256` of the whole file. The original header
// restores the exact bytes whose hash is in the manifest. The digits of `sha256` count as zeros in its own hash.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, unwrap } from '../../../common/errors.ts';
import { replaceFile } from '../../../common/files.ts';
import { isObject } from '../../../common/schemas.ts';
import {
  ADAPTER,
  MANIFEST,
  type PackageManifest,
  parseManifest,
  readManifest,
  type Sha256,
  WEIGHTS,
} from '../manifest.ts';
import { headerBytes, readHeader } from '../safetensors.ts';

/** Origin of an adaptation, for the user. */
export interface Provenance {
  /** Version of Easy Adaptation that exported it. */
  readonly version: string;
  /** Name of the adapted folder. */
  readonly folder: string;
  /** ms since 1970. */
  readonly finishedAt: number;
  readonly base: string;
  readonly files: number;
  readonly tokens: number;
}

export interface Carried {
  readonly manifest: PackageManifest;
  /** The JSON files of the model's folder, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly provenance: Provenance;
  /** JSON, as it is in the store. */
  readonly coupling: string;
  readonly report: string;
}

const FORMAT = 'easy-adaptation';
const VERSION = 1;
const ZEROS = '0'.repeat(64);
/** Maximum bytes of the header and of the tensors. Every shipped base is far below. */
const MOST = { header: 16 << 20, data: 8 * 2 ** 30 };
const CHUNK = 1 << 20;

function damaged(why: string, cause?: unknown): CodedError {
  return new CodedError('corrupt', `This file holds no usable adaptation: ${why}. Export it again.`, {
    cause,
  });
}

/**
 * Writes `carried` and the weights in `model` to `path`, replacing it atomically. Returns the file's size in bytes and
 * its hash. Throws CodedError and errors of the file system.
 */
export function writePortable(
  path: string,
  model: string,
  carried: Carried,
): { readonly bytes: number; readonly sha256: Sha256 } {
  const weights = join(model, carried.manifest.kind === 'model' ? WEIGHTS : ADAPTER);
  const file = openSync(weights, 'r');
  try {
    const size = fstatSync(file).size;
    const start = Buffer.alloc(8);
    readSync(file, start, 0, 8, 0);
    const length = Number(start.readBigUInt64LE());
    if (length > Math.min(MOST.header, size - 8)) throw damaged('its weights are no safetensors file');
    const text = Buffer.alloc(length);
    readSync(file, text, 0, length, 8);
    const { __metadata__: _, ...tensors } = JSON.parse(text.toString('utf8')) as Record<string, unknown>;
    const headWith = (sha256: Sha256) => {
      const metadata = {
        ...{ format: FORMAT, version: String(VERSION), sha256, header: text.toString('utf8') },
        manifest: JSON.stringify(carried.manifest),
        files: JSON.stringify(carried.files),
        provenance: JSON.stringify(carried.provenance),
        coupling: carried.coupling,
        report: carried.report,
      };
      return headerBytes({ __metadata__: metadata, ...tensors });
    };
    const data = () => chunks(file, 8 + length, size);
    const hash = createHash('sha256').update(headWith(ZEROS));
    for (const piece of data()) hash.update(piece);
    const sha256 = hash.digest('hex');
    const head = headWith(sha256);
    replaceFile(
      path,
      (function* () {
        yield head;
        yield* data();
      })(),
    );
    return { bytes: head.length + size - 8 - length, sha256 };
  } finally {
    closeSync(file);
  }
}

function* chunks(file: number, from: number, to: number): Generator<Uint8Array> {
  const piece = Buffer.alloc(CHUNK);
  for (let at = from; at < to; ) {
    const read = readSync(file, piece, 0, Math.min(CHUNK, to - at), at);
    if (read === 0) throw damaged('its weights got shorter while they were read');
    at += read;
    yield piece.subarray(0, read);
  }
}

/** An opened file: its checked metadata, and the weights, which are read later. */
export interface OpenedExchange {
  readonly carried: Carried;
  /**
   * Yields the bytes of the original weights file. The caller compares their hash with the manifest. Throws CodedError
   * 'corrupt' if the exchange file is truncated, longer than stated, or has another hash.
   */
  readonly weights: () => AsyncGenerator<Uint8Array>;
}

/**
 * Reads only the header. Allocates no memory for sizes that the header states. Throws CodedError 'corrupt' and
 * 'newer-version', and the errors of `parseManifest`.
 * @param pieces of the file from its beginning; each is no longer used when the next is requested
 */
export async function openPortable(pieces: AsyncIterable<Uint8Array>): Promise<OpenedExchange> {
  const source = pieces[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let have = 0;
  const upTo = async (bytes: number, why: string) => {
    while (have < bytes) {
      const next = await source.next();
      if (next.done) throw damaged(why);
      held.push(Buffer.from(next.value));
      have += next.value.length;
    }
    const all = Buffer.concat(held);
    held.splice(0, held.length, all);
    return all;
  };
  const length = Number((await upTo(8, 'it is too short')).readBigUInt64LE());
  if (length > MOST.header) throw damaged('it is no safetensors file');
  const all = await upTo(8 + length, 'its header is cut off');
  const head = all.subarray(0, 8 + length);
  const { text, metadata, end } = unpacked(head.subarray(8));
  const { carried, sha256, header } = carriedIn(metadata, text);
  return {
    carried,
    weights: async function* () {
      const zeroed = Buffer.from(head);
      const at = head.indexOf(`"sha256":"${sha256}"`) + '"sha256":"'.length;
      zeroed.write(ZEROS, at);
      const hash = createHash('sha256').update(zeroed);
      const original = Buffer.from(header);
      const start = Buffer.alloc(8);
      start.writeBigUInt64LE(BigInt(original.length));
      yield start;
      yield original;
      let got = 0;
      const take = (piece: Uint8Array) => {
        got += piece.length;
        if (got > end) throw damaged('it is longer than it says');
        hash.update(piece);
        return piece;
      };
      if (all.length > head.length) yield take(all.subarray(head.length));
      for (let next = await source.next(); !next.done; next = await source.next()) yield take(next.value);
      if (got < end) throw damaged('its end is missing');
      if (hash.digest('hex') !== sha256) throw damaged('its bytes are not those that were exported');
    },
  };
}

function unpacked(header: Uint8Array) {
  const { metadata, entries } = readHeader(header, MOST.data);
  const end = entries.reduce((most, entry) => Math.max(most, entry.end), 0);
  return { text: JSON.stringify(entries), metadata, end };
}

function carriedIn(metadata: Readonly<Record<string, string>>, entries: string) {
  const {
    format,
    version,
    sha256 = '',
    header = '',
    manifest = '',
    provenance = '',
    coupling = '',
    report = '',
  } = metadata;
  if (format !== FORMAT) throw damaged('it is a safetensors file of something else');
  if (Number(version) > VERSION)
    throw new CodedError(
      'newer-version',
      'This adaptation was exported by a later version of Easy Adaptation. Update the extension.',
    );
  if (!/^[0-9a-f]{64}$/.test(sha256) || sha256 === ZEROS) throw damaged('it bears no hash');
  // The original header of the weights is written unchanged, so it must list the same tensors.
  if (JSON.stringify(readHeader(Buffer.from(header), MOST.data).entries) !== entries)
    throw damaged('its two headers disagree');
  const facts = object(provenance, 'provenance');
  const { version: by, folder, finishedAt, base, files, tokens } = facts;
  const texts = [by, folder, base].every((value) => typeof value === 'string' && value.length < 300);
  const numbers = [finishedAt, files, tokens].every((value) => Number.isFinite(value));
  if (!texts || !numbers) throw damaged('it does not say where it is from');
  const parsed = unwrap(parseManifest(manifest));
  // The path would lead to a file of the sender's choice.
  if (parsed.gguf) throw damaged('it names a file instead of holding a model');
  const carried: Carried = {
    manifest: parsed,
    files: filesIn(object(metadata.files ?? '', 'files')),
    provenance: facts as unknown as Provenance,
    ...{ coupling, report },
  };
  return { carried, sha256, header };
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(`its ${what} is no JSON`, cause);
  }
}

function object(text: string, what: string): Record<string, unknown> {
  const value = json(text, what);
  if (isObject(value)) return value;
  throw damaged(`its ${what} is no object`);
}

/** Checks that every file has a plain name without a path and contains JSON. Throws CodedError. */
function filesIn(files: Record<string, unknown>): Record<string, string> {
  for (const [name, text] of Object.entries(files)) {
    if (!/^[\w][\w.-]*\.json$/.test(name) || name === MANIFEST || typeof text !== 'string')
      throw damaged('it carries a file that is none of ours');
    json(text, 'settings');
  }
  return files as Record<string, string>;
}

/** The JSON files of the model except its manifest, by name. Throws CodedError and errors of the file system. */
export function jsonFilesOf(model: string, { files }: PackageManifest): Record<string, string> {
  const own = files.filter((name) => name.endsWith('.json') && name !== MANIFEST);
  return filesIn(Object.fromEntries(own.map((name) => [name, readFileSync(join(model, name), 'utf8')])));
}

/** The model's manifest. Throws CodedError if there is none or it is unusable. */
export function manifestOf(model: string): PackageManifest {
  const manifest = unwrap(readManifest(model));
  if (manifest) return manifest;
  throw new CodedError(
    'corrupt',
    'This model is from an earlier version and does not say which base it was made for. Run "Adapt to This Repo" again.',
  );
}
