// A GGUF file at which llama.cpp aborts: the base is set aside after the first abort, and all else is answered.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import { addGgufModel } from '../../../src/neural/models/import/add-gguf.ts';
import type { EngineClient } from '../../../src/specialist/engine/engine-client.ts';
import { bytesOfCrafted, craftedGguf } from '../../neural/models/import/crafted-models.ts';
import { codeOf } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { drafting, engine, opening, TOKENIZER, writeModel } from './helpers.ts';

const folder = temporaryFolder();
const own = join(folder, 'own');
writeModel(own);

/** Counts the processes of a client. @param aside receives the weights of bases that were set aside */
function counted(aside: string[] = []) {
  const deaths: string[] = [];
  const client = engine({
    log: { ...silentLog, warn: (line) => void deaths.push(line) },
    onSetAside: ({ weights }) => aside.push(weights),
  });
  return { client, deaths, aside };
}

async function aborting(name: string, metadata: Readonly<Record<string, number>>) {
  const path = join(folder, `${name}.gguf`);
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2', metadata)));
  return unwrap(await addGgufModel({ path, into: join(folder, 'bases') }, new AbortController().signal));
}

const timed = (client: EngineClient, model: string) =>
  client.request('time', { model, tokenizer: TOKENIZER, threads: 1, device: 'cpu' });

for (const [name, metadata] of [
  ['no-heads', { 'qwen2.attention.head_count': 0 }],
  ['no-key-heads', { 'qwen2.attention.head_count_kv': 0 }],
  ['odd-rotation', { 'qwen2.rope.dimension_count': 63 }],
  ['wide-rotation', { 'qwen2.rope.dimension_count': 128 }],
  ['short-keys', { 'qwen2.attention.key_length': 32 }],
  ['negative-epsilon', { 'qwen2.attention.layer_norm_rms_epsilon': -1.5 }],
  ['too-many-experts', { 'qwen2.expert_count': 4, 'qwen2.expert_used_count': 9 }],
] as const)
  test(`a base at which llama.cpp aborts is set aside after the first abort: ${name}`, async (context) => {
    const base = await aborting(name, metadata);
    const { client, deaths, aside } = counted();
    context.after(() => client.end());
    const first = await timed(client, base.folder);
    assert.ok(!first.ok && first.error.code === 'crashed');
    assert.match(first.error.message, new RegExp(`'${name}'.*SIGABRT.*set aside.*[Cc]hoose another base`, 's'));
    assert.doesNotMatch(first.error.message, /CPU|\/runner\//);
    const again = await client.request('open', { ...opening(base.folder), key: 'again' });
    assert.ok(!again.ok && again.error.message === first.error.message);
    assert.equal(deaths.length, 1, deaths.join('\n'));
    assert.deepEqual(aside, [base.manifest.weights]);
    assert.ok((await client.request('open', opening(own))).ok, 'another base opens');
  });

test('requests of other bases are answered by the next process', async (context) => {
  const base = await aborting('beside', { 'qwen2.rope.dimension_count': 0 });
  const { client, deaths } = counted();
  context.after(() => client.end());
  client.onRestarted(() => void client.request('open', opening(own)));
  unwrap(await client.request('open', opening(own)));
  const [open, draft] = await Promise.all([
    client.request('open', { ...opening(base.folder), key: 'other' }),
    client.request('draft', drafting('const a = ')),
  ]);
  assert.equal(codeOf(open), 'crashed');
  assert.ok(draft.ok, JSON.stringify(draft));
  assert.equal(deaths.length, 1);
});

test('an abort while a draft runs sets its base aside, not the one that opens behind it', async (context) => {
  const base = await aborting('drafting', { 'qwen2.rope.dimension_count': 0 });
  const another = await aborting('waiting', {});
  const script = join(folder, 'aborts-in-drafts.mjs');
  const answer = "process.send({ id, kind: 'answer', answer: { ok: true, value: {} } })";
  writeFileSync(script, `process.on('message', ({ id, kind }) => (kind === 'draft' ? process.abort() : ${answer}));`);
  const aside: string[] = [];
  const client = engine({ script, onSetAside: ({ weights }) => aside.push(weights) });
  context.after(() => client.end());
  unwrap(await client.request('open', opening(base.folder)));
  const [draft, open] = await Promise.all([
    client.request('draft', drafting('x')),
    client.request('open', opening(another.folder)),
  ]);
  assert.match(draft.ok ? '' : draft.error.message, /'drafting'/);
  assert.ok(open.ok);
  assert.deepEqual(aside, [base.manifest.weights]);
});

test('a process that is killed, or aborts over a base of ours, sets nothing aside', async (context) => {
  const base = await aborting('killed', {});
  const script = join(folder, 'ends.mjs');
  writeFileSync(script, "process.on('message', ({ request }) => process.kill(process.pid, request.signal));");
  const aside: string[] = [];
  const client = engine({ script, onSetAside: ({ weights }) => aside.push(weights) });
  context.after(() => client.end());
  for (const [model, signal] of [
    [base.folder, 'SIGKILL'],
    [own, 'SIGABRT'],
  ] as const) {
    const opened = await client.request('open', { ...opening(model), signal } as never);
    assert.match(opened.ok ? '' : opened.error.message, /keeps ending \(SIG/);
  }
  assert.deepEqual(aside, []);
});
