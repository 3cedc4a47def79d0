// Finds near-duplicates of earlier files, so that no text counts twice and no held-out file is in the training data.
import { crc32 } from 'node:zlib';

/**
 * The smallest hashes of a file's shingles. A shingle is two successive lines without white space at their ends.
 * The share of equal hashes among the smallest of a union estimates the Jaccard index of the two sets.
 * Source: Broder, 'On the resemblance and containment of documents', 1997; bottom-k form.
 */
type Sketch = Uint32Array;

const sketchSize = 128;
/** Minimum share of equal shingles in near-duplicates. */
const minResemblance = 0.85;
/** Maximum number of files recorded for a shingle. A shingle of more files is from a licence or boilerplate. */
const maxFilesOfShingle = 200;

export class DuplicateFinder {
  private readonly sketches: Sketch[] = [];
  private readonly filesWithShingle = new Map<number, number[]>();

  /** Returns true for a near-duplicate of an earlier text. Otherwise adds the text and returns false. */
  isDuplicate(text: string): boolean {
    const sketch = sketchOf(text);
    const shared = new Map<number, number>();
    for (const shingle of sketch)
      for (const file of this.filesWithShingle.get(shingle) ?? []) shared.set(file, (shared.get(file) ?? 0) + 1);
    for (const [file, count] of shared) {
      // The shared count divided by the smaller sketch's length limits the estimate. This skips nearly all candidates.
      const other = this.sketches[file] as Sketch;
      if (count < minResemblance * Math.min(sketch.length, other.length) * 0.9) continue;
      if (resemblance(sketch, other) >= minResemblance) return true;
    }
    const index = this.sketches.push(sketch) - 1;
    for (const shingle of sketch) {
      const files = this.filesWithShingle.get(shingle) ?? [];
      if (files.length < maxFilesOfShingle) files.push(index);
      this.filesWithShingle.set(shingle, files);
    }
    return false;
  }
}

/** Sorted and without duplicates, at most `sketchSize` long. */
function sketchOf(text: string): Sketch {
  const lines = text.split('\n').flatMap((line) => line.trim().replace(/\s+/g, ' ') || []);
  // The first shingle begins before the text, so that a file of one line also has one.
  const shingles = new Set(lines.map((line, i) => mix(crc32(`${lines[i - 1] ?? ''}\n${line}`))));
  return Uint32Array.from(shingles).sort().slice(0, sketchSize);
}

/** Mixes the bits (MurmurHash3's finaliser), because checksums of texts that differ by one character are close. */
function mix(hash: number): number {
  let value = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The share of the union's smallest hashes that are in both sketches. */
function resemblance(a: Sketch, b: Sketch): number {
  let i = 0;
  let j = 0;
  let unionSize = 0;
  let equal = 0;
  while (unionSize < sketchSize && (i < a.length || j < b.length)) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    if (left === right) equal++;
    if (left <= right) i++;
    if (right <= left) j++;
    unionSize++;
  }
  return unionSize === 0 ? 0 : equal / unionSize;
}
