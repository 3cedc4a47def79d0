// Invented secrets, made at run time, so that secret scanners report nothing in this repository.

/** A text of `length` letters and digits that looks random but is always the same. */
export function noise(length: number, alphabet = 'aB3dE5fG7hJ9kLmN2pQrS4tUvW6xYz8'): string {
  let state = 12345;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    text += alphabet[(state >> 8) % alphabet.length];
  }
  return text;
}
