// Finds secrets in text and masks them, so that none reaches a prompt, an index or the store.

import { ownRules, preFilters, presetRules, ruleOptions, shortId } from './secret-rules.ts';

/** Replaces each UTF-16 unit of a secret, line ends excepted: offsets, lines and columns stay what they were. */
export const maskCharacter = '*';

export interface Masked {
  readonly text: string;
  /** Secrets masked. */
  readonly count: number;
}

/** A secret, or a piece of one that is written in pieces ("abc" + "def"), in a text. */
export interface SecretRange {
  /** Offsets in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** The secret itself: unescaped and put together where the text has it escaped or in pieces. */
  readonly value: string;
  /** Which rule found it, for people. */
  readonly kind: string;
  /** No identifier and no word of a language: to be masked wherever it stands, whatever stands around it. */
  readonly isDistinctive: boolean;
}

/** Whether the text is a window of a longer one, cut where a secret may lie: half a secret at that edge is masked too. */
export interface Cut {
  readonly start?: boolean;
  readonly end?: boolean;
}

/**
 * The same text with every secret replaced by asterisks of the same length: cut prefix and suffix after masking the
 * whole document, at the same offset. About 2 ms for 100 KB without anything suspicious.
 * @param path decides which rules apply: some look at package.json or .npmrc only
 */
export function maskSecrets(text: string, path: string, cut: Cut = {}): Masked {
  return maskRanges(text, findSecrets(text, path, cut));
}

/** The text with these ranges masked, which may overlap and come in any order. Counts a run of overlapping ones as one. */
export function maskRanges(text: string, ranges: readonly Pick<SecretRange, 'start' | 'end'>[]): Masked {
  if (ranges.length === 0) return { text, count: 0 };
  const parts: string[] = [];
  const disjoint = merged(ranges.map(({ start, end }) => [start, end]));
  let from = 0;
  for (const [start, end] of disjoint) {
    parts.push(text.slice(from, start), text.slice(start, end).replace(/[^\n\r]/g, maskCharacter));
    from = end;
  }
  parts.push(text.slice(from));
  return { text: parts.join(''), count: disjoint.length };
}

/** Where the secrets are: sorted by start; one may lie in another (a token in a URL's password). */
export function findSecrets(text: string, path: string, _cut: Cut = {}): SecretRange[] {
  return merged(rangesOf(text, path)).map(([start, end]) => {
    const value = text.slice(start, end);
    return { start, end, value, kind: 'secret', isDistinctive: !/^[A-Za-z_-]*$/.test(value) };
  });
}

function rangesOf(text: string, path: string): [number, number][] {
  const ranges: [number, number][] = [];
  for (const rule of presetRules) {
    const id = shortId(rule.meta.id);
    if (preFilters[id]?.(text, path)) ranges.push(...runPresetRule(rule, id, text, path));
  }
  for (const { pattern, contains, accept, paths } of ownRules) {
    if ((contains !== undefined && !text.includes(contains)) || (paths && !paths.test(path))) continue;
    for (const match of text.matchAll(pattern)) {
      const secret = match[1] ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      if (accept?.(secret) ?? true) ranges.push([start, start + secret.length]);
    }
  }
  return ranges;
}

type PresetRule = (typeof presetRules)[number];
type Context = Parameters<PresetRule['create']>[0];
type Source = Parameters<NonNullable<ReturnType<PresetRule['create']>['file']>>[0];

/** Fields of a message's data that hold the secret itself; others hold names for people. */
const secretFields = ['KEY', 'TOKEN', 'ID', 'URI', 'URL', 'CREDENTIAL'];

/**
 * Runs one rule without secretlint's engine, which would index the text's lines and run all rules in promises. The one
 * asynchronous rule reads .p12 files, which are never harvested (`names.ts`).
 */
function runPresetRule(rule: PresetRule, id: string, text: string, path: string): [number, number][] {
  const ranges: [number, number][] = [];
  const context = {
    sharedOptions: {},
    createTranslator: () => (messageId: string, data: unknown) => ({ message: '', messageId, data }),
    report({ message, range }: { message: { data: Record<string, unknown> }; range: [number, number] }) {
      // Some rules report the place of the name that introduces a secret, with the secret's length: trust the secret.
      const secrets = secretFields.map((field) => message.data?.[field]).filter((value) => typeof value === 'string');
      const found = secrets.flatMap((secret) => occurrences(text, secret));
      ranges.push(...(found.length > 0 ? found : [range]));
    },
    ignore() {},
  };
  const source = { content: text, filePath: path, ext: path.endsWith('.json') ? '.json' : '', contentType: 'text' };
  rule.create(context as unknown as Context, ruleOptions[id] ?? {}).file?.(source as unknown as Source);
  return ranges;
}

/** All places of a secret in the text. The patterns for URLs run on to the next space: code after it is left alone. */
function occurrences(text: string, found: string): [number, number][] {
  const secret = found.replace(/["'`)\]};,>]+$/, '');
  const ranges: [number, number][] = [];
  if (secret.length === 0) return ranges;
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length))
    ranges.push([at, at + secret.length]);
  return ranges;
}

function merged(ranges: [number, number][]): [number, number][] {
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const result: [number, number][] = [];
  for (const [start, end] of ranges) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
