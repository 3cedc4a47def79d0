// Records what the local model drafts at each key of a typist, in the trees of commit archives. `fit-show.ts` replays
// the keys with other display rules, which takes seconds instead of minutes.
//
//   node build/run.mjs bench/typing/record-drafts.ts ARCHIVES NAME,... FILE.jsonl [PASSAGES] [LINES]
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Draft, NGRAM_MODEL } from '../../src/common/completion.ts';
import { draftOptions, positionAt, withoutInsertedClosers } from '../../src/prompts/completion/completion-position.ts';
import { Specialists } from '../../src/specialist/decoding/specialists.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { languageAt } from '../../src/text/fences.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import { draftBySyntax } from '../../src/text/syntax/parsing.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { bucket, type PackageFile } from '../common/packages.ts';
import { type Passage, passagesOf, passageWithin, Writing } from '../common/typist.ts';
import { commitsOf, withRepositories } from '../replay/commits.ts';

/** One key: the drafts of both models there, and the processor time of the mixture's, ms. */
export interface RecordedKey {
  readonly at: number;
  readonly gap: number;
  readonly ms: number;
  readonly mixed: Draft;
  readonly ngram: Draft;
}

export interface RecordedPassage {
  readonly folder: string;
  readonly languageId: string;
  readonly passage: Passage;
  readonly keys: readonly RecordedKey[];
}

const SUITED = /\.(?:[cm]?tsx?|[cm]?jsx?|py|go|rs|md)$/;
/** Longer files are mostly data, and no more text than this is indexed, UTF-16 units. */
const LONGEST = 40_000;
const MOST_TEXT = 900_000;
const SEED = 5;
const KEY = 'folder';

const [archives = '', names = '', into = '', count = '2', lines = '8'] = process.argv.slice(2);
const [base] = listBases([], ['medium']) as [Base];

async function record(folder: string, files: readonly PackageFile[]): Promise<void> {
  const fits = files.filter(({ text }) => text.length < LONGEST);
  const held = fits.filter(({ path, text }) => bucket(path) >= 8 && text.split('\n').length > 30);
  let size = 0;
  const others = fits.filter((file) => {
    size += held.includes(file) ? 0 : file.text.length;
    return !held.includes(file) && size <= MOST_TEXT;
  });
  const index = NgramModel.build(others, base.tokenizer);
  const scratch = mkdtempSync(join(tmpdir(), 'bench-record-'));
  const snapshot = join(scratch, 'others.ngram');
  writeFileSync(snapshot, index.serialize());
  const specialists = new Specialists();
  const { model, tokenizerPath: tokenizer } = base;
  const opened = { key: KEY, snapshot, changes: [], model, name: 'base', tokenizer, precision: 'auto' as const };
  await specialists.load({ ...opened, threads: 1 });
  for (const [languageId, own] of Map.groupBy(held, ({ path }) => languageIdOf(path)))
    for (const [i, passage] of passagesOf(own, Number(count), Number(lines), SEED).entries()) {
      // Every other one is typed in the middle of its file.
      const file = own.find(({ path }) => path === passage.path) as PackageFile;
      const first = passage.prefix.split('\n').length - 1;
      const typed = i % 2 === 0 ? passage : passageWithin(file, first, Number(lines), SEED + i);
      const keys = await keysOf(typed, languageId, specialists, index);
      appendFileSync(
        into,
        `${JSON.stringify({ folder, languageId, passage: typed, keys } satisfies RecordedPassage)}\n`,
      );
      console.log(`${folder}, ${passage.path}: ${keys.length} keys`);
    }
  await specialists.close(KEY);
  rmSync(scratch, { recursive: true, force: true });
}

async function keysOf(passage: Passage, languageId: string, specialists: Specialists, index: NgramModel) {
  const { path, prefix, rest, length, gaps, below = '' } = passage;
  const writing = new Writing(prefix, below, rest);
  const keys: RecordedKey[] = [];
  for (let at = 0; at < length; at = rest.length - writing.left.length) {
    const { document } = writing;
    if (!/^[\p{L}\p{N}_]/u.test(document.suffix)) {
      const query = { path, languageId: languageAt(languageId, document.prefix), ...document };
      const asked = withoutInsertedClosers(positionAt(query));
      const wanted = draftOptions(asked);
      const began = process.cpuUsage();
      const mixed = await specialists.draft(KEY, asked.query, wanted, new AbortController().signal, () => {});
      const { user, system } = process.cpuUsage(began);
      const ngram = await draftBySyntax(asked.query, wanted, (adjusted) => index.complete(asked.query, adjusted));
      const none: Draft = { text: '', tokens: [], model: NGRAM_MODEL, complete: false, latencyMs: 0 };
      keys.push({ at, gap: gaps[at] as number, ms: (user + system) / 1000, mixed, ngram: ngram ?? none });
    }
    writing.press();
  }
  return keys;
}

await withRepositories(archives, names.split(','), async (paths) => {
  for (const path of paths) {
    const [commit] = commitsOf(path);
    const files = [...(commit?.tree ?? [])].map(([name, text]) => ({ path: name, text }));
    if (commit)
      await record(
        commit.repository,
        files.filter((file) => SUITED.test(file.path)),
      );
  }
});
