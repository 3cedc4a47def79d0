// A redaction that knows one secret, for tests of what is done with it; the rules have tests of their own.
import type { Redactor } from '../../src/common/redaction.ts';

/** Redacts `secret` wherever it stands whole, in texts and in paths. */
export function hiding(secret: string): Redactor {
  const hide = async (text: string) => (secret === '' ? text : text.replaceAll(secret, '*'.repeat(secret.length)));
  return { text: hide, path: hide };
}

export const redactNothing: Redactor = hiding('');
