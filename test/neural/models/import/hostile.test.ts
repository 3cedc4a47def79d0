// Wrong, truncated or malicious files give an error with a code and advice, before memory for their claimed sizes is
// allocated.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGgufFacts } from '../../../../src/neural/models/import/gguf.ts';
import type { Random } from '../../../safety/corpus-random.ts';
import { once } from '../../../safety/fuzz.ts';
import { mutateBytes } from '../../../safety/fuzz-mutate.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { bytesOfCrafted, type CraftedGguf, craftedGguf, TINY } from './crafted-models.ts';

const folder = temporaryFolder();

const tiny = craftedGguf('llama', {}, 1, TINY);
const bytes = bytesOfCrafted(tiny);
const path = join(folder, 'model.gguf');

/** Damages the header, and sometimes any other part. */
function damaged(file: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.2)) return mutateBytes(file, random);
  const [from, to] = random.pick([
    [0, 400],
    [0, 1200],
    [file.length >> 2, file.length >> 1],
  ] as const);
  return Buffer.concat([file.subarray(0, from), mutateBytes(file.subarray(from, to), random), file.subarray(to)]);
}

const target = {
  name: 'header of a GGUF',
  try: async (random: Random) => {
    writeFileSync(path, damaged(bytes, random));
    await readGgufFacts(path);
    return 'used' as const;
  },
};

test('2,000 damaged headers end in coded errors with advice, in little memory', async () => {
  const before = process.resourceUsage().maxRSS;
  const count = { used: 0, refused: 0 };
  const failures: string[] = [];
  for (let seed = 0; seed < 2000; seed++) {
    const ended = await once(target, 20261126 + seed);
    if (ended === 'used' || ended === 'refused') count[ended]++;
    else failures.push(`seed ${seed}: ${ended.slice(0, 300)}`);
  }
  assert.deepEqual(failures, []);
  assert.ok(count.used > 100 && count.refused > 500, JSON.stringify(count));
  // The limit for one file: the reader of headers has at most 50 MB of a file in memory.
  assert.ok((process.resourceUsage().maxRSS - before) * 1024 < 400e6);
});

const refused = (what: string, make: () => string, code: string, message: RegExp) =>
  test(what, async () => {
    await assert.rejects(readGgufFacts(make()), { code, message });
  });

const gguf = (name: string, model: CraftedGguf) => {
  const at = join(folder, name);
  writeFileSync(at, bytesOfCrafted(model));
  return at;
};
const withMetadata = (name: string, more: CraftedGguf['metadata']) =>
  gguf(name, { ...tiny, metadata: { ...tiny.metadata, ...more } });

refused(
  'a file that was cut off says so',
  () => {
    const at = join(folder, 'cut.gguf');
    writeFileSync(at, bytes.subarray(0, bytes.length / 2));
    return at;
  },
  'corrupt',
  /cut off/,
);
refused('a file that is none', () => gguf('none.gguf', tiny).replace('none', 'absent'), 'unreadable', /absent/);
refused(
  'a tokenizer of another kind',
  () => withMetadata('spm.gguf', { 'tokenizer.ggml.model': 'llama' }),
  'unsupported',
  /of the kind 'llama'; byte-pair encodings over bytes are read .*Qwen2\.5-Coder.* Choose another one, or run it in llama\.cpp's server .*Choose the Large Model/,
);
refused(
  'words that are cut in an unknown way',
  () => withMetadata('pre.gguf', { 'tokenizer.ggml.pre': 'odd' }),
  'unsupported',
  /'odd'/,
);
refused('one part of several', () => withMetadata('split.gguf', { 'split.count': 3 }), 'unsupported', /3 parts/);
refused(
  'a pipe is not waited for',
  () => {
    const at = join(folder, 'pipe.gguf');
    execFileSync('mkfifo', [at]);
    return at;
  },
  'unreadable',
  /no plain file/,
);

test("a link to a file, as Hugging Face's cache has them, is read", async () => {
  const linked = join(folder, 'linked.gguf');
  symlinkSync(gguf('real.gguf', tiny), linked);
  assert.equal((await readGgufFacts(linked)).licence, 'apache-2.0');
});
