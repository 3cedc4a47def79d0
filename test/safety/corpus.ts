// Makes a folder of ordinary files with invented secrets from a seed. The corpus is independent of the rules that find
// the secrets: its sources are providers' documents, and the ways in which people write code and configuration.
import { carriers } from './corpus-carriers.ts';
import { among } from './corpus-filler.ts';
import { innocents } from './corpus-innocent.ts';
import { Random } from './corpus-random.ts';
import { ownKinds } from './corpus-secrets.ts';
import { tokenKinds } from './corpus-tokens.ts';
import type { Carrier, Corpus, Entry, Planted } from './corpus-types.ts';
import { noun } from './corpus-words.ts';

export const kinds = [...tokenKinds, ...ownKinds];
export { carriers };
export const repeatCarrier = 'again, under no name';
export const pathCarrier = 'path';

export interface CorpusOptions {
  readonly seed: number;
  /** Number of values of each kind. */
  readonly each: number;
}

/** The same seed and size give the same folder. */
export function makeCorpus({ seed, each }: CorpusOptions): Corpus {
  const random = new Random(seed);
  const seen = new Set<string>();
  const files: Record<string, string> = {};
  const planted: Planted[] = [];

  const entriesByCarrier = new Map<Carrier, Entry[]>(carriers.map((carrier) => [carrier, []]));
  for (const kind of kinds) {
    const suitable = random.shuffled(carriers.filter(({ forms }) => forms.includes(kind.form)));
    // Carriers with the fewest entries come first, so that every carrier is used.
    suitable.sort((a, b) => (entriesByCarrier.get(a) as Entry[]).length - (entriesByCarrier.get(b) as Entry[]).length);
    for (let i = 0; i < each; i++) {
      const carrier = suitable[i % suitable.length] as Carrier;
      (entriesByCarrier.get(carrier) as Entry[]).push({
        kind,
        credential: fresh(kind, random, seen),
        label: random.pick(kind.labels),
      });
    }
  }

  let number = 0;
  for (const [carrier, all] of entriesByCarrier) {
    const entries = random.shuffled(all);
    while (entries.length > 0) {
      const group = entries.splice(0, carrier.single ? 1 : random.between(1, 3));
      const written = group.map((entry) => carrier.entry(entry, random));
      const { path, text } = carrier.file(
        written.map((item) => item.text),
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
  const plantedWithRepeats = repeat(planted, random, files);
  const paths = inPaths(random, seen, files, 4 * each);
  const { files: plain, innocent } = innocents(random, Math.max(1, Math.floor(each / 2)));
  return { files: { ...files, ...plain }, planted: [...plantedWithRepeats, ...paths], innocent };
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
 * Writes every fifth value into a second file, without a name. Skips values that a carrier spells in its own way, values
 * that may be identifiers or words, and key files.
 */
function repeat(planted: readonly Planted[], random: Random, files: Record<string, string>): Planted[] {
  return planted.flatMap((item, index): Planted[] => {
    const { kind, form, secrets } = item;
    const [value = ''] = secrets;
    const isPlain = secrets.length === 1 && /^[^\s'"\\`]+$/.test(value) && value.length >= 8;
    const isWordLike = /^[A-Za-z_]+\d*$/.test(value) || /^[a-z]+(?:-[a-z0-9]+)+$/.test(value);
    if (index % 5 !== 0 || !isPlain || isWordLike || form === 'block') return [item];
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

/** Plants tokens in the names of folders and files. */
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
