// Fake private keys in PEM form, built at run time, always the same.
import { createHash } from 'node:crypto';

/** The first bytes of a key of this kind, in DER. */
const beginnings = {
  'RSA PRIVATE KEY': '308204a40201000282010100',
  'PRIVATE KEY': '308204be020100300d06092a864886f70d0101010500',
  'OPENSSH PRIVATE KEY': '6f70656e7373682d6b65792d763100',
};

export type KeyKind = keyof typeof beginnings;
export const keyKinds = Object.keys(beginnings) as KeyKind[];

/** The lines of Base64 between its BEGIN and END. */
export function keyLines(seed: string, kind: KeyKind = 'RSA PRIVATE KEY', bytes = 1192): string[] {
  const parts = [Buffer.from(beginnings[kind], 'hex')];
  for (let i = 0; Buffer.concat(parts).length < bytes; i++)
    parts.push(createHash('sha256').update(`${seed}${i}`).digest());
  return Buffer.concat(parts)
    .subarray(0, bytes)
    .toString('base64')
    .match(/.{1,64}/g) as string[];
}

export function pemOf(lines: readonly string[], kind = 'RSA PRIVATE KEY'): string {
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`].join('\n');
}

/** This many consecutive characters of a key are a leak; fewer may occur by chance. */
const leak = 16;
/** A shorter last line does not count as a leak. */
const minLineLength = 12;

/** The lines of a key that leaked into the text, at least in part. */
export function linesLeft(text: string, lines: readonly string[]): string[] {
  return lines.filter((line) => {
    const run = Math.min(leak, line.length);
    if (run < minLineLength) return false;
    for (let at = 0; at + run <= line.length; at++) if (text.includes(line.slice(at, at + run))) return true;
    return false;
  });
}
