// What a large model answers when it is shown what the folder knows: writes the product's prompts at recorded cursors
// and texts, an arm a form of the request, and reads the answers.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listBases } from '../base/bases.ts';
import { readRecordings } from '../common/recordings.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { codeSet, setOf } from './code.ts';
import { writePrompts } from './write-prompts.ts';

/** Cursors of a reader. */
const CURSORS = 40;

export const evidence: Benchmark = {
  name: 'evidence',
  what: 'a large model that is shown what the folder knows: writes prompts (--only prompts --into FOLDER), reads answers (--answers FOLDER)',
  takes: ['recordings', 'bases', 'only', 'into'],
  run,
};

/** Names of sets after 'prompts' in --only; none: all. */
async function run({ recordings, bases, only, into }: BenchOptions): Promise<Figures> {
  const [base] = listBases([], [bases ?? 'medium']);
  const wanted = only?.split(',').filter((name) => name !== 'prompts') ?? [];
  const scratch = mkdtempSync(join(tmpdir(), 'easy-adaptation-bench-'));
  try {
    const all = readRecordings(recordings, ['public', 'renamed']);
    for (const recording of all.filter((each) => wanted.length === 0 || wanted.includes(setOf(each)))) {
      const set = await codeSet(recording, base as NonNullable<typeof base>, scratch);
      const right = set.items.filter(({ localRight }) => localRight).length;
      const readers = writePrompts(set, into as string, CURSORS);
      console.log(`${set.name}: ${set.items.length} items, ${readers} readers an arm, local right ${right}`);
    }
    return {};
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
