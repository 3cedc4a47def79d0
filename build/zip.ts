// Reads and edits the central directory of a zip file (a .vsix is one), as APPNOTE.TXT 4.3.12 has it, and reads its files.
import { readFileSync, writeFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly packed: number;
}

export function listZip(path: string): ZipEntry[] {
  const bytes = readFileSync(path);
  return headersOf(path, bytes).map((at) => ({
    name: bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28)),
    size: bytes.readUInt32LE(at + 24),
    packed: bytes.readUInt32LE(at + 20),
  }));
}

/** Content of one file, as text. Throws if it is not there. */
export function readZipFile(path: string, name: string): string {
  const bytes = readFileSync(path);
  const nameOf = (at: number) => bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28));
  const at = headersOf(path, bytes).find((each) => nameOf(each) === name);
  if (at === undefined) throw new Error(`${path} has no file ${name}`);
  const local = bytes.readUInt32LE(at + 42);
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const content = bytes.subarray(from, from + bytes.readUInt32LE(at + 20));
  return (bytes.readUInt16LE(at + 10) === 0 ? content : inflateRawSync(content)).toString();
}

/** Gives every file the mode rw-r--r--. Without it, the umask of the machine that packs would be in the package. */
export function equalizeModes(path: string): void {
  const bytes = readFileSync(path);
  for (const at of headersOf(path, bytes)) bytes.writeUInt32LE((0o100644 << 16) >>> 0, at + 38);
  writeFileSync(path, bytes);
}

/** Offsets of the directory's headers. */
function headersOf(path: string, bytes: Buffer): number[] {
  // The end record is 22 bytes plus a comment.
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error(`${path} is not a zip file`);
  const count = bytes.readUInt16LE(end + 10);
  const headers: number[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error(`${path}: its directory is damaged`);
    headers.push(at);
    // Of the name, the extra field and the comment.
    const lengths = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    at += lengths.reduce((sum, length) => sum + length, 46);
  }
  return headers;
}
