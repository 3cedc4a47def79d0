// Finds near-duplicates of earlier files, so that no text counts twice and no test file is in the training data.

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
      const filesWithShingle = this.filesWithShingle.get(shingle);
      if (filesWithShingle === undefined) this.filesWithShingle.set(shingle, [index]);
      else if (filesWithShingle.length < maxFilesOfShingle) filesWithShingle.push(index);
    }
    return false;
  }
}

/** Sorted and without duplicates, at most `sketchSize` long. */
function sketchOf(text: string): Sketch {
  const lines = lineHashes(text);
  const shingles = new Set<number>();
  // The first shingle begins before the text, so that a file of one line also has one.
  for (let i = 0; i < lines.length; i++)
    shingles.add(mix(Math.imul(lines[i - 1] ?? 0, 0x9e3779b1) ^ (lines[i] as number)));
  return Uint32Array.from(shingles).sort().slice(0, sketchSize);
}

/** The FNV-1a hash of each line that is not blank, without white space at its ends. */
function lineHashes(text: string): number[] {
  const hashes: number[] = [];
  let value = 0x811c9dc5;
  let pendingSpace = 0;
  let empty = true;
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 10;
    if (unit === 10) {
      if (!empty) hashes.push(value >>> 0);
      value = 0x811c9dc5;
      pendingSpace = 0;
      empty = true;
    } else if (unit === 32 || unit === 9) pendingSpace++;
    else {
      if (pendingSpace > 0 && !empty) value = Math.imul(value ^ 32, 0x01000193);
      pendingSpace = 0;
      empty = false;
      value = Math.imul(value ^ unit, 0x01000193);
    }
  }
  return hashes;
}

/** Mixes the bits (MurmurHash3's finaliser), because FNV's high bits depend on few characters. */
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
