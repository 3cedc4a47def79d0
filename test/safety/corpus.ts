// A folder of ordinary files with made-up secrets planted in them, from a seed. Held apart from the rules that have to find them:
// written from what providers document and from how people write code and configuration, never from the rules.
import { configCarriers } from './corpus-config.ts';
import { among } from './corpus-filler.ts';
import { innocents } from './corpus-innocent.ts';
import { Random } from './corpus-random.ts';
import { ownKinds } from './corpus-secrets.ts';
import { sourceCarriers } from './corpus-source.ts';
import { textCarriers } from './corpus-text.ts';
import { tokenKinds } from './corpus-tokens.ts';
import type { Carrier, Corpus, Entry, Planted } from './corpus-types.ts';
import { noun } from './corpus-words.ts';

export const kinds = [...tokenKinds, ...ownKinds];
export const carriers: readonly Carrier[] = [...sourceCarriers, ...configCarriers, ...textCarriers];
export const repeatCarrier = 'again, under no name';
export const pathCarrier = 'path';

export interface CorpusOptions {
  readonly seed: number;
  /** Values of each kind. */
  readonly each: number;
}

/** The same seed and size give the same folder. */
export function makeCorpus({ seed, each }: CorpusOptions): Corpus {
  const random = new Random(seed);
  const seen = new Set<string>();
  const files: Record<string, string> = {};
  const planted: Planted[] = [];

  const waiting = new Map<Carrier, Entry[]>(carriers.map((carrier) => [carrier, []]));
  for (const kind of kinds) {
    const fit = random.shuffled(carriers.filter(({ forms }) => forms.includes(kind.form)));
    // The carriers that hold least so far: all of them are tried.
    fit.sort((a, b) => (waiting.get(a) as Entry[]).length - (waiting.get(b) as Entry[]).length);
    for (let i = 0; i < each; i++) {
      const carrier = fit[i % fit.length] as Carrier;
      (waiting.get(carrier) as Entry[]).push({
        kind,
        credential: fresh(kind, random, seen),
        label: random.pick(kind.labels),
      });
    }
  }

  let number = 0;
  for (const [carrier, all] of waiting) {
    const entries = random.shuffled(all);
    while (entries.length > 0) {
      const group = entries.splice(0, carrier.single ? 1 : random.between(1, 3));
      const written = group.map((entry) => carrier.entry(entry, random));
      const { path, text } = carrier.file(
        written.map((each_) => each_.text),
        random,
        String(++number),
      );
      files[path] = text;
      group.forEach(({ kind, credential }, i) => {
        const secrets = written[i]?.secrets ?? credential.secrets;
        planted.push({ kind: kind.name, form: kind.form, carrier: carrier.name, path, secrets, also: [] });
      });
    }
  }
  const again = repeat(planted, random, files);
  const paths = inPaths(random, seen, files, 4 * each);
  const { files: plain, innocent } = innocents(random, Math.max(1, Math.floor(each / 2)));
  return { files: { ...files, ...plain }, planted: [...again, ...paths], innocent };
}

function fresh(kind: Entry['kind'], random: Random, seen: Set<string>): Entry['credential'] {
  for (;;) {
    const credential = kind.make(random);
    if (credential.secrets.some((secret) => seen.has(secret))) continue;
    for (const secret of credential.secrets) seen.add(secret);
    return credential;
  }
}

const repeats: readonly (readonly [
  extension: string,
  language: string,
  line: (value: string, random: Random) => string,
])[] = [
  ['ts', 'ts', (v, r) => `expect(calls).toEqual(['${noun(r)}', '${v}', ${r.below(90)}]);`],
  ['ts', 'ts', (v) => `check("${v}");`],
  ['py', 'py', (v, r) => `assert seen[${r.below(9)}] == '${v}'`],
  ['md', '', (v, r) => `Then paste ${v} there and wait for the ${noun(r)}.`],
  ['json', 'json', (v, r) => `["${noun(r)}", "${v}", ${r.below(90)}]`],
  ['yaml', 'yaml', (v, r) => `${noun(r)}s:\n  - ${noun(r)}\n  - "${v}"`],
  ['sh', 'sh', (v, r) => `grep -q '${v}' ${noun(r)}.out`],
  ['go', 'go', (v, r) => `var ${noun(r)}Cases = []string{"${noun(r)}", "${v}"}`],
];

/**
 * Every fifth value stands in a second file, under no name. Left out: what is spelled in a way of its carrier, what may be an identifier
 * or words, and key files.
 */
function repeat(planted: readonly Planted[], random: Random, files: Record<string, string>): Planted[] {
  return planted.flatMap((item, index): Planted[] => {
    const { kind, form, secrets } = item;
    const [value = ''] = secrets;
    const plain = secrets.length === 1 && /^[^\s'"\\`]+$/.test(value) && value.length >= 8;
    const like = /^[A-Za-z_]+\d*$/.test(value) || /^[a-z]+(?:-[a-z0-9]+)+$/.test(value);
    if (index % 5 !== 0 || !plain || like || form === 'block') return [item];
    const [extension, language, line] = random.pick(repeats);
    const path = `notes/${noun(random)}-again-${index}.${extension}`;
    const text = line(value, random);
    files[path] = language === 'json' ? `${text}\n` : among([text], language, random);
    return [
      { ...item, also: [path] },
      { kind, form, carrier: repeatCarrier, path, secrets: [value], also: [item.path] },
    ];
  });
}

/** Tokens in the names of folders and files. */
function inPaths(random: Random, seen: Set<string>, files: Record<string, string>, count: number): Planted[] {
  const fit = tokenKinds.filter(({ form }) => form === 'token');
  const all: Planted[] = [];
  while (all.length < count) {
    const kind = random.pick(fit);
    const credential = fresh(kind, random, seen);
    if (!/^[\w.-]{8,100}$/.test(credential.text)) continue;
    const path = random.pick([
      `fixtures/${credential.text}/${noun(random)}.ts`,
      `fixtures/${noun(random)}-${credential.text}.ts`,
      `fixtures/${noun(random)}/${credential.text}.ts`,
    ]);
    files[path] = among([], 'ts', random);
    all.push({ kind: kind.name, form: 'token', carrier: pathCarrier, path, secrets: credential.secrets, also: [] });
  }
  return all;
}
