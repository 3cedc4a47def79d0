// Finds partial secrets at the edges of a window that was cut out of a longer text.

import { tokenRows } from './random-looking.ts';
import type { Found } from './searched-text.ts';
import { isPatterned, randomness } from './values.ts';

const prefixes = tokenRows.map(({ prefix }) => prefix).filter((prefix) => prefix.length >= 3);
/** UTF-16 units at an edge in which the lines of a key are searched for. */
const maxLength = 20_000;

/** Finds runs at a cut edge that look random or begin with a provider's token prefix. */
export function findPartialSecrets(text: string, cut: { readonly start?: boolean; readonly end?: boolean }): Found[] {
  const found: Found[] = [];
  if (cut.start) {
    const run = /^[\w+/.~%-]+={0,2}/.exec(text)?.[0];
    if (run !== undefined && isPartialSecret(run)) found.push({ start: 0, end: run.length, value: run });
    const body = keyLines(/^[\w+/=]*\r?\n(?:[\w+/=]{16,}\r?(?:\n|$)){1,400}/.exec(text.slice(0, maxLength)), 1);
    if (body !== '') found.push({ start: 0, end: body.length, value: body });
  }
  if (cut.end) {
    const tail = text.slice(-maxLength);
    const run = /(?<![\w+/.~%-])[\w+/.~%-]+$/.exec(tail.slice(-2000))?.[0];
    if (run !== undefined) {
      const start = text.length - run.length;
      const at = prefixes.map((prefix) => lastStart(run, prefix)).filter((index) => index >= 0);
      if (at.length > 0)
        found.push({
          start: start + Math.min(...at),
          end: text.length,
          value: run.slice(Math.min(...at)),
        });
      else if (isPartialSecret(run)) found.push({ start, end: text.length, value: run });
    }
    const body = keyLines(/(?:(?<=^|\n)[\w+/=]{16,}\r?\n){1,400}[\w+/=]*$/.exec(tail), 0);
    if (body !== '') found.push({ start: text.length - body.length, end: text.length, value: body });
  }
  return found;
}

/** The start of a token with this prefix, if at least four more characters follow; else -1. */
function lastStart(run: string, prefix: string): number {
  const at = run.lastIndexOf(prefix);
  return at >= 0 && run.length - at - prefix.length >= 4 && (at === 0 || /[^A-Za-z\d]/.test(run[at - 1] as string))
    ? at
    : -1;
}

/** Whether the run may be part of a secret. A short run counts if letters and digits alternate. */
function isPartialSecret(run: string): boolean {
  if (run.length < 8) return false;
  if (randomness(run) > 0) return true;
  const alternations = run.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0;
  const digits = run.match(/\d/g)?.length ?? 0;
  return alternations >= 3 && digits >= 3 && /^[A-Za-z\d+/=-]*$/.test(run) && !isPatterned(run);
}

/** The lines of Base64 as in the body of a key, without those of words. The line at the edge may be short. */
function keyLines(match: RegExpExecArray | null, first: 0 | 1): string {
  const [body = ''] = match ?? [];
  const line = body.split(/\r?\n/).at(first) ?? '';
  return randomness(line) > 0 ? body : '';
}
