// Lists what a zip file (a .vsix is one) holds, from its central directory (APPNOTE.TXT 4.3.12); unpacks nothing.
import { readFileSync } from 'node:fs';

export interface ZipEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly packed: number;
}

export function listZip(path: string): ZipEntry[] {
  const bytes = readFileSync(path);
  // The end record is 22 bytes plus a comment.
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error(`${path} is not a zip file`);
  const count = bytes.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error(`${path}: its directory is damaged`);
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    entries.push({
      name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
      size: bytes.readUInt32LE(at + 24),
      packed: bytes.readUInt32LE(at + 20),
    });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}
