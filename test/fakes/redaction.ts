// A fake redactor that knows one secret. The real rules have their own tests.
import type { Redactor } from '../../src/common/redaction.ts';

/** Redacts every occurrence of `secret` in texts and paths. */
export function hiding(secret: string): Redactor {
  const hide = async (text: string) => (secret === '' ? text : text.replaceAll(secret, '*'.repeat(secret.length)));
  return { text: hide, path: hide };
}

export const redactNothing: Redactor = hiding('');
