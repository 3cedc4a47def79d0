// Bits per character of text that no base of ours has seen.

import type { Network } from '../../src/neural/inference/network.ts';
import { chooseFiles, heldOutFiles, type LanguageFile } from '../common/held-out.ts';
import { readRecordings } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';
import { gainFigures, type Pair } from './gains.ts';
import type { Base, BaseContext, Show } from './types.ts';
import { loadNetwork, textLoss } from './windows.ts';

const languages = ['typescript', 'python', 'go', 'markdown'];
const seed = 1;

/** One file as one base reads it. */
interface Scored {
  readonly file: LanguageFile;
  readonly characters: number;
  readonly tokens: number;
  readonly bits: number;
}

export async function bits({ bases, characters, recordings }: BaseContext, show: Show): Promise<void> {
  const networks = new Map<Base, Network>();
  const scored = new Map<string, Map<Base, Scored[]>>();
  try {
    for (const base of bases) networks.set(base, await loadNetwork(base.model, 'fp32'));
    for (const [name, files] of setsOf(recordings)) {
      const chosen = chooseFiles(files, characters, seed);
      const found = new Map<Base, Scored[]>();
      for (const [base, network] of networks) {
        const own: Scored[] = [];
        for (const file of chosen) {
          const { nats, tokens } = await textLoss(network, base.tokenizer, file.path, file.text);
          own.push({ file, characters: [...file.text].length, tokens, bits: nats / Math.LN2 });
        }
        found.set(base, own);
      }
      scored.set(name, found);
      show([name], rowOf(chosen, found));
    }
  } finally {
    for (const network of networks.values()) await network.dispose();
  }
  showGains(show, scored);
}

function setsOf(recordings: BaseContext['recordings']): Map<string, LanguageFile[]> {
  const sets = new Map<string, LanguageFile[]>();
  const held = heldOutFiles(languages);
  if (held) for (const [language, files] of held) sets.set(`held-out ${language}`, files);
  else
    console.log(
      '  The held-out packages are not in the cache: `python3 models/pretrain/corpus.py --held-out` makes them.',
    );
  const all = readRecordings(recordings, ['public', 'renamed']);
  for (const wanted of ['public', 'renamed'] as const) {
    const files = all
      .filter(({ kind }) => kind === wanted)
      .flatMap(({ package: name, named, others }) =>
        [...named, ...others]
          .filter(({ path }) => /\.[cm]?tsx?$/.test(path))
          .sort((a, b) => (a.path < b.path ? -1 : 1))
          .map((file) => ({ ...file, package: name })),
      );
    if (files.length > 0) sets.set(`recorded ${wanted}`, files);
  }
  return sets;
}

function rowOf(chosen: readonly LanguageFile[], found: ReadonlyMap<Base, readonly Scored[]>): Figures {
  const all = [...found.values()][0] ?? [];
  const characters = sum(all, (one) => one.characters);
  const packages = [...new Set(chosen.map((file) => file.package))];
  return {
    ...byBase(found, () => true),
    characters,
    files: chosen.length,
    'by-package': Object.fromEntries(
      packages.map((name) => [
        name,
        {
          ...byBase(found, ({ file }) => file.package === name),
          characters: sum(all, (one) => (one.file.package === name ? one.characters : 0)),
        },
      ]),
    ),
  };
}

function byBase(found: ReadonlyMap<Base, readonly Scored[]>, wanted: (one: Scored) => boolean): Figures {
  return Object.fromEntries(
    [...found].map(([{ name }, all]) => {
      const own = all.filter(wanted);
      return [name, sum(own, (one) => one.bits) / sum(own, (one) => one.characters)];
    }),
  );
}

function sum(all: readonly Scored[], of: (one: Scored) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** Bits a character that a base needs less than the first. */
function showGains(show: Show, scored: ReadonlyMap<string, ReadonlyMap<Base, readonly Scored[]>>): void {
  const pairsOf = (set: string, base: Base, first: Base, kind: Pair['kind']): Pair[] => {
    const [before, after] = [first, base].map((one) => scored.get(set)?.get(one) ?? []) as [Scored[], Scored[]];
    return before.map(({ file, characters, bits }, i) => ({
      cluster: `${file.package} ${file.path}`,
      kind,
      before: -bits,
      after: -(after[i] as Scored).bits,
      weight: characters,
    }));
  };
  const [first, ...others] = [...(scored.values().next().value?.keys() ?? [])];
  if (!first) return;
  for (const base of others) {
    for (const set of scored.keys()) {
      if (!set.startsWith('held-out')) continue;
      const { public: gain } = gainFigures(pairsOf(set, base, first, 'public'));
      show([`${base.name} against ${first.name}`, set], { public: gain as Figures });
    }
    const recorded = (['public', 'renamed'] as const).flatMap((kind) => pairsOf(`recorded ${kind}`, base, first, kind));
    show([`${base.name} against ${first.name}`, 'recorded'], gainFigures(recorded));
  }
}
