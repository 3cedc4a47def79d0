// Wrong, truncated or malicious files: each ends in an error with a code and advice, before memory is taken for its
// claims.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeConfig } from '../../../../src/neural/models/config-json.ts';
import { readSource } from '../../../../src/neural/models/import/source-of.ts';
import type { Random } from '../../../safety/corpus-random.ts';
import { once } from '../../../safety/fuzz.ts';
import { mutateBytes, mutateJsonText } from '../../../safety/fuzz-mutate.ts';
import { bytesOfCrafted, CRAFTED_FOLDERS, type CraftedGguf, craftedGguf, TINY, writeFolder } from './crafted-models.ts';
import { ggufFile } from './write-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const tiny = craftedGguf('llama', {}, 1, TINY);
const bytes = bytesOfCrafted(tiny);
const path = join(folder, 'model.gguf');
const hub = join(folder, 'hub');
const shards = CRAFTED_FOLDERS['llama-shards'] as (typeof CRAFTED_FOLDERS)[string];
const shape = { ...shards.config, ...TINY };
const config = { ...JSON.parse(writeConfig(shape, 'float32')), ...shards.json };
writeFolder(hub, { ...shards, config: shape });

/** Damage where headers are; now and then anywhere. */
function damaged(file: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.2)) return mutateBytes(file, random);
  const [from, to] = random.pick([
    [0, 400],
    [0, 1200],
    [file.length >> 2, file.length >> 1],
  ] as const);
  return Buffer.concat([file.subarray(0, from), mutateBytes(file.subarray(from, to), random), file.subarray(to)]);
}

const INDEX = 'model.safetensors.index.json';
const weightMap = {
  metadata: {},
  weight_map: {
    a: 'model-00001-of-00002.safetensors',
    b: 'model-00002-of-00002.safetensors',
  },
};

const targets = [
  {
    name: 'GGUF',
    try: async (random: Random) => {
      writeFileSync(path, damaged(bytes, random));
      await readSource(path);
      return 'used' as const;
    },
  },
  {
    name: 'folder of safetensors',
    try: async (random: Random) => {
      const isConfig = random.chance(0.5);
      writeFileSync(join(hub, 'config.json'), isConfig ? mutateJsonText(config, random) : JSON.stringify(config));
      writeFileSync(join(hub, INDEX), isConfig ? JSON.stringify(weightMap) : mutateJsonText(weightMap, random));
      await readSource(hub);
      return 'used' as const;
    },
  },
];

test('2,000 damaged headers end in coded errors with advice, in little memory', async () => {
  const before = process.resourceUsage().maxRSS;
  const count = { used: 0, refused: 0 };
  const failures: string[] = [];
  for (let seed = 0; seed < 2000; seed++) {
    const ended = await once(targets[seed % 4 === 0 ? 1 : 0] as (typeof targets)[0], 20261126 + seed);
    if (ended === 'used' || ended === 'refused') count[ended]++;
    else failures.push(`seed ${seed}: ${ended.slice(0, 300)}`);
  }
  assert.deepEqual(failures, []);
  assert.ok(count.used > 100 && count.refused > 500, JSON.stringify(count));
  // What one of them may take: the reader of headers has at most 50 MB of a file in memory.
  assert.ok((process.resourceUsage().maxRSS - before) * 1024 < 400e6);
});

const refused = (what: string, make: () => string, code: string, message: RegExp) =>
  test(what, async () => {
    await assert.rejects(readSource(make()), { code, message });
  });

const gguf = (name: string, { metadata, tensors }: CraftedGguf) => {
  const at = join(folder, name);
  writeFileSync(at, ggufFile(metadata, tensors));
  return at;
};
const withMetadata = (name: string, more: CraftedGguf['metadata']) =>
  gguf(name, { ...tiny, metadata: { ...tiny.metadata, ...more } });

refused(
  'a file that was cut off says so',
  () => {
    const at = join(folder, 'cut.gguf');
    writeFileSync(at, bytes.subarray(0, bytes.length - 5000));
    return at;
  },
  'corrupt',
  /cut off/,
);
refused('a file that is none', () => gguf('none.gguf', tiny).replace('none', 'absent'), 'unreadable', /absent/);
refused(
  'a family that is not known',
  () => withMetadata('bert.gguf', { 'general.architecture': 'bert' }),
  'unsupported',
  /'bert'/,
);
refused('experts', () => withMetadata('moe.gguf', { 'llama.expert_count': 8 }), 'unsupported', /experts/);
refused(
  'rotary scaling that is not known, by its name',
  () => withMetadata('yarn.gguf', { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4 }),
  'unsupported',
  /yarn/,
);
refused(
  'a tokenizer of another kind',
  () => withMetadata('spm.gguf', { 'tokenizer.ggml.model': 'llama' }),
  'unsupported',
  /of the kind 'llama'; byte-pair encodings over bytes are read .*Qwen2\.5-Coder.* Choose another one\.$/,
);
refused(
  'words that are cut in an unknown way',
  () => withMetadata('pre.gguf', { 'tokenizer.ggml.pre': 'odd' }),
  'unsupported',
  /'odd'/,
);
refused('one part of several', () => withMetadata('split.gguf', { 'split.count': 3 }), 'unsupported', /3 parts/);
refused(
  'a type that is not read, by its name',
  () => gguf('iq.gguf', { ...tiny, tensors: tiny.tensors.map((each, i) => (i === 0 ? { ...each, type: 23 } : each)) }),
  'unsupported',
  /IQ4_XS/,
);
refused(
  'a part that would be left out',
  () => {
    const data = new Uint8Array(64);
    return gguf('norm.gguf', {
      ...tiny,
      tensors: [...tiny.tensors, { name: 'blk.0.attn_q_norm.weight', shape: [16], type: 0, data }],
    });
  },
  'unsupported',
  /q_norm/,
);
for (const named of ['../model.gguf', '/etc/passwd', 'sub/model.safetensors', '..\\model.safetensors']) {
  refused(
    `an index that names ${named}`,
    () => {
      const at = join(folder, 'paths');
      writeFolder(at, { ...shards, config: shape });
      writeFileSync(join(at, INDEX), JSON.stringify({ weight_map: { a: named } }));
      return at;
    },
    'corrupt',
    /outside the folder/,
  );
}
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
  const linked = join(folder, 'models--crafted--linked', 'snapshots', 'abc');
  mkdirSync(linked, { recursive: true });
  const real = join(folder, 'real');
  writeFolder(real, { ...shards, config: shape });
  for (const name of ['config.json', 'tokenizer.json', 'README.md', INDEX, ...Object.values(weightMap.weight_map)]) {
    symlinkSync(join(real, name), join(linked, name));
  }
  const source = await readSource(linked);
  assert.equal(source.name, 'linked');
  assert.equal(source.licence, 'mit');
});
