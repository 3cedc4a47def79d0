// Bits per character of text that the base has never seen, beside general compressors on the same text.

import { chooseFiles, heldOutFiles, type LanguageFile } from '../held-out.ts';
import { readRecordings } from '../recordings.ts';
import { compressed } from './compressors.ts';
import type { BaseContext, Show } from './types.ts';
import { loadNetwork, textLoss } from './windows.ts';

const languages = ['typescript', 'python', 'go', 'markdown'];
const charactersEach = 200_000;
const seed = 1;

export async function bits({ model, tokenizer, recordings }: BaseContext, show: Show): Promise<void> {
  const sets = new Map<string, LanguageFile[]>();
  const held = heldOutFiles(languages);
  if (held) for (const [language, files] of held) sets.set(`held-out ${language}`, files);
  else console.log('  The held-out packages are not in the cache: `python3 models/pretrain/corpus.py` builds them.');
  sets.set(
    'recorded typescript',
    readRecordings(recordings).flatMap(({ package: name, named, others }) =>
      [...named, ...others]
        .filter(({ path }) => /\.[cm]?tsx?$/.test(path))
        .sort((a, b) => (a.path < b.path ? -1 : 1))
        .map((file) => ({ ...file, package: name })),
    ),
  );
  const network = await loadNetwork(model, 'fp32');
  try {
    for (const [name, files] of sets) {
      const chosen = chooseFiles(files, charactersEach, seed);
      const count = { characters: 0, tokens: 0, nats: 0 };
      const byPackage = new Map<string, { characters: number; nats: number }>();
      for (const file of chosen) {
        const { nats, tokens } = await textLoss(network, tokenizer, file.path, file.text);
        const characters = [...file.text].length;
        count.characters += characters;
        count.tokens += tokens;
        count.nats += nats;
        const part = byPackage.get(file.package) ?? { characters: 0, nats: 0 };
        byPackage.set(file.package, { characters: part.characters + characters, nats: part.nats + nats });
      }
      const { xz, ppmd } = await compressed(chosen.map(({ text }) => text).join(''));
      show(name, {
        base: count.nats / Math.LN2 / count.characters,
        ppmd: (ppmd * 8) / count.characters,
        xz: (xz * 8) / count.characters,
        'nats-per-token': count.nats / count.tokens,
        characters: count.characters,
        files: chosen.length,
        'by-package': Object.fromEntries(
          [...byPackage].map(([name, { nats, characters }]) => [
            name,
            { base: nats / Math.LN2 / characters, characters },
          ]),
        ),
      });
    }
  } finally {
    await network.dispose();
  }
}
