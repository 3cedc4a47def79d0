// Finds partial secrets at the edges of a window that was cut out of a longer text.

import type { Found } from './searched-text.ts';
import { tokenRows } from './tokens.ts';
import { isPatterned, randomness } from './values.ts';

const prefixes = tokenRows.map(({ prefix }) => prefix).filter((prefix) => prefix.length >= 3);
const blockLine = /^[\w+/=]{16,}$/;

/** Finds runs at a cut edge that look random or begin with a provider's token prefix. */
export function findPartialSecrets(text: string, cut: { readonly start?: boolean; readonly end?: boolean }): Found[] {
  const found: Found[] = [];
  if (cut.start) {
    const run = /^[\w+/.~%-]+={0,2}/.exec(text)?.[0];
    if (run !== undefined && isPartialSecret(run)) found.push({ start: 0, end: run.length, value: run });
    const lines = bodyLines(text.split(/\r?\n/, 400));
    if (lines > 1) {
      const end = nthLineEnd(text, lines);
      found.push({ start: 0, end, value: text.slice(0, end) });
    }
  }
  if (cut.end) {
    const tail = text.slice(-20_000);
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
    const lines = bodyLines(tail.split(/\r?\n/).reverse());
    if (lines > 1) {
      let start = text.length;
      for (let i = 0; i < lines; i++) start = text.lastIndexOf('\n', start - 1);
      found.push({ start: start + 1, end: text.length, value: text.slice(start + 1) });
    }
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

/** The number of leading Base64 lines, as in the body of a key. The line at the edge may be short. */
function bodyLines(lines: readonly string[]): number {
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const core = line.trim();
    if (index === 0 ? !/^[\w+/=]*$/.test(core) : !(blockLine.test(core) && randomness(core) > 0)) break;
    count++;
  }
  return count;
}

function nthLineEnd(text: string, lines: number): number {
  let end = -1;
  for (let i = 0; i < lines; i++) {
    const next = text.indexOf('\n', end + 1);
    if (next === -1) return text.length;
    end = next;
  }
  return end;
}
