// A folder of files with planted secrets, made from a seed: texts of both corpora, private keys, secrets that are
// repeated without a name, secrets in paths, and texts that only look like secrets.
import { readRows } from '../support/data-files.ts';
import { keyKinds, keyLines, pemOf } from '../support/keys.ts';
import { Random } from './corpus-random.ts';
import { makeSecondCorpus } from './second-corpus.ts';
import type { Planted } from './survivors.ts';
import { makeVendorCorpus, noun } from './vendor-corpus.ts';

export interface Corpus {
  readonly files: Readonly<Record<string, string>>;
  readonly planted: readonly Planted[];
  /** Texts that resemble a secret but are none. */
  readonly innocent: readonly { readonly path: string; readonly text: string }[];
}

const innocent = readRows<[path: string, text: string]>(
  new URL('../workspace/secrets/data/innocent.tsv', import.meta.url),
);
/** Every fifth plain value is also written into a second file, without a name. */
const repeatedEach = 5;
/** Values that may be identifiers or words are not repeated. */
const repeatable = /^(?=.*\d)(?=.*[A-Z\d]{2})[\w!#@%+=.-]{10,}$/;

/**
 * @param share of the items of both corpora, without what was unseen in the second. The same seed gives the same
 * folder.
 */
export function makeCorpus({ seed, share }: { readonly seed: number; readonly share: number }): Corpus {
  const random = new Random(seed);
  const files: Record<string, string> = {};
  const planted: Planted[] = [];
  const plant = (group: string, name: string, text: string, secrets: readonly string[]) => {
    const path = `${noun(random)}-${planted.length}/${name}`;
    files[path] = `${text}\n\n${ordinaryText(random)}`;
    planted.push({ group, path, secrets });
  };
  const items = [...makeVendorCorpus(seed), ...makeSecondCorpus(seed).filter(({ unseen }) => !unseen)];
  for (const { group, path, text, secrets } of items.filter(() => random.chance(share))) {
    if (path === 'path') plant('paths', `${text.trim()}.ts`, '', secrets);
    else plant(group, path, text, secrets);
    const [secret = ''] = secrets;
    if (planted.length % repeatedEach === 0 && secrets.length === 1 && repeatable.test(secret))
      plant('repeated without a name', 'again.ts', `check("${secret}");`, secrets);
  }
  for (const kind of keyKinds) {
    const lines = keyLines(`${seed}-${kind}`, kind);
    plant('private keys', 'deploy.txt', pemOf(lines, kind), lines.slice(0, -1));
  }
  const plain = innocent.map(([name, text], i) => ({ path: `plain-${i}/${name}`, text }));
  for (const { path, text } of plain) files[path] = `${text}\n\n${ordinaryText(random)}`;
  return { files, planted, innocent: plain };
}

/** Lines without a secret that make every file different from the others. */
function ordinaryText(random: Random): string {
  const line = () =>
    `Every ${noun(random)} has a ${noun(random)}; when ${random.below(997)} wait, the ${noun(random)} moves.`;
  return `${Array.from({ length: 5 }, line).join('\n')}\n`;
}
