// The byte-level alphabet: how tokenizer.json spells bytes as printable characters.
// Source: GPT-2's encoder (Radford et al. 2019), kept by every Hugging Face byte-level tokenizer.

/** Character (code unit) -> byte, or -1 if the character is not in the alphabet. */
export const byteOfCharacter: Int16Array = (() => {
  const table = new Int16Array(0x200).fill(-1);
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table[printable ? byte : next++] = byte;
  }
  return table;
})();

/** The bytes that a vocabulary entry represents; undefined if one of its characters is not in the alphabet. */
export function bytesOfEntry(entry: string): Uint8Array | undefined {
  if (!isInByteAlphabet(entry)) return undefined;
  const bytes = new Uint8Array(entry.length);
  for (let i = 0; i < entry.length; i++) bytes[i] = byteOfCharacter[entry.charCodeAt(i)] as number;
  return bytes;
}

/** Whether all characters of a vocabulary entry are in the alphabet. */
export function isInByteAlphabet(entry: string): boolean {
  for (let i = 0; i < entry.length; i++) if ((byteOfCharacter[entry.charCodeAt(i)] ?? -1) < 0) return false;
  return true;
}

/** Order of two byte strings, a prefix before its extensions. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function startsWithBytes(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}
