// A GGUF base in the engine process: opened by its manifest, mixed with the n-grams, timed, and open again after a
// crash of native code. Its lines are those of our own engine over the same weights.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../../build/paths.ts';
import type { CompletionQuery } from '../../../src/common/completion.ts';
import { unwrap } from '../../../src/common/errors.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { Prefixes } from '../../../src/neural/inference/prefixes.ts';
import { LlamaModel } from '../../../src/neural/llama/llama-model.ts';
import { type AddedBase, addGgufModel } from '../../../src/neural/models/import/add-gguf.ts';
import { DIALECT, type PackageManifest, writeManifest } from '../../../src/neural/models/manifest.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { LineRescoringDrafter } from '../../../src/specialist/decoding/line-rescoring-drafter.ts';
import type { MixSource } from '../../../src/specialist/decoding/mix-source.ts';
import { initialMixWeights } from '../../../src/specialist/decoding/mix-weights.ts';
import { OpenFolders } from '../../../src/specialist/decoding/open-folders.ts';
import { LlamaScores } from '../../../src/specialist/decoding/served-model.ts';
import type { EngineClient } from '../../../src/specialist/engine/engine-client.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { readTokenizer } from '../../../src/text/tokenizer/load.ts';
import { exportedBase } from '../../support/exported-base.ts';
import { assertFailed, codeOf } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { topScores } from '../decoding/top-scores.ts';
import { adaptation, engine, jobEngine, TOKENIZER } from './helpers.ts';

const small = join(root, 'models', 'small');
const never = new AbortController().signal;
const line = { multiline: false, maxTokens: 32 } as const;
const folder = temporaryFolder();
let base: AddedBase;
let client: EngineClient;

before(async () => {
  const path = exportedBase(small, TOKENIZER, folder);
  base = unwrap(await addGgufModel({ path, into: join(folder, 'bases'), name: 'theirs' }, never));
  client = engine();
});
after(async () => {
  await client.end();
});

function at(text: string): CompletionQuery {
  const bar = text.indexOf('|');
  return { path: 'src/a.ts', languageId: 'typescript', prefix: text.slice(0, bar), suffix: text.slice(bar + 1) };
}

const statement = 'export const greeting = composeGreeting(visitor, hour);';
const source = (): MixSource => ({
  ...{ key: 'a', model: base.folder, name: 'base', tokenizer: TOKENIZER, threads: 1, device: 'cpu' },
  changes: [{ kind: 'saved', path: 'src/greet.ts', text: `${statement}\n`.repeat(3) }],
});

const draft = async (text: string, signal?: AbortSignal) =>
  client.request('draft', { key: 'a', query: at(text), options: line }, signal ? { signal } : {});

test('a registered GGUF file is opened by its manifest and drafts with the n-grams', async () => {
  unwrap(await client.request('open', source()));
  const { text, model, tokens } = unwrap(await draft('export const greeting = compose|\n'));
  assert.equal(text, 'Greeting(visitor, hour);');
  assert.equal(model, 'base + n-gram');
  assert.equal(tokens.map((token) => token.text).join(''), text);
});

test('above the memory ceiling, a prompt that was run is not run again', async (context) => {
  const limited = engine({ memoryCeiling: 1e6 });
  context.after(() => limited.end());
  unwrap(await limited.request('open', source()));
  const promptTokens: number[] = [];
  for (let i = 0; i < 2; i++)
    unwrap(
      await limited.request(
        'draft',
        { key: 'a', query: at('export const greeting = compose|\n'), options: line },
        { onProgress: (estimate) => promptTokens.push(estimate.promptTokens) },
      ),
    );
  const [first = 0, second] = promptTokens;
  assert.ok(first > 0 && second === 0, promptTokens.join());
});

test('a crash of native code ends only the engine, which opens the file again', async () => {
  const listener = client.onRestarted(() => void client.request('open', source()));
  const ended = client.pid as number;
  process.kill(ended, 'SIGKILL');
  const { text } = unwrap(await draft('export const greeting = compose|\n'));
  assert.equal(text, 'Greeting(visitor, hour);');
  assert.notEqual(client.pid, ended);
  listener.dispose();
});

test('a GGUF base is timed, and our own engine refuses to run and to train it', async () => {
  const { folder: model, tokenizer } = base;
  const timing = await client.request('time', { model, tokenizer, threads: 1, device: 'cpu' });
  assert.ok(timing.ok && timing.value.lineMs > 0 && timing.value.promptMs > 0, JSON.stringify(timing));
  const refusal = { code: 'unsupported', message: /is a GGUF file, which only llama\.cpp runs/ };
  assert.throws(() => loadModel(model), refusal);
  const training = adaptation(model, join(folder, 'refused'), { tokenizer, maxSteps: 2 });
  const trained = await jobEngine().request('adapt', training);
  assert.match(trained.ok ? '' : trained.error.message, refusal.message);
});

test('a GGUF model that no other folder uses leaves memory before the next one is loaded', async (context) => {
  const steps: string[] = [];
  const note = <A extends unknown[], R>(step: string, original: (...of: A) => R) =>
    function (this: unknown, ...of: A): R {
      steps.push(step);
      return original.apply(this, of);
    };
  const { dispose } = LlamaModel.prototype;
  context.mock.method(LlamaModel, 'load', note('load', LlamaModel.load));
  context.mock.method(LlamaModel.prototype, 'dispose', note('dispose', dispose));
  const copyOf = (name: string, gguf: Partial<PackageManifest['gguf']> = {}) => {
    const model = join(folder, 'bases', name);
    cpSync(base.folder, model, { recursive: true });
    writeManifest(model, { ...base.manifest, name, gguf: { ...base.manifest.gguf, ...gguf } as never });
    return { ...source(), model };
  };
  const another = copyOf('another');
  const folders = new OpenFolders();
  context.after(() => Promise.all(['a', 'b'].map((key) => folders.close(key))));
  const stepsOf = async (work: Promise<unknown>) => {
    steps.length = 0;
    await work;
    return steps.join(', ');
  };
  assert.equal(await stepsOf(folders.load(source())), 'load');
  const gone = folders.load(copyOf('gone', { path: join(folder, 'gone.gguf') }));
  assert.equal(await stepsOf(assert.rejects(gone, { code: 'unreadable' })), '');
  const { text } = await folders.draft('a', at('export const greeting = compose|\n'), line, never, () => {});
  assert.equal(text, 'Greeting(visitor, hour);');
  assert.equal(await stepsOf(folders.load(another)), 'dispose, load');
  assert.equal(await stepsOf(folders.load({ ...another, key: 'b' })), '');
  assert.equal(await stepsOf(folders.load(source())), 'load');
});

test('lines are those of our own engine in full precision over the same weights', async () => {
  const own = unwrap(readTokenizer(TOKENIZER));
  await loadLibrary();
  const network = await Network.load(loadModel(small), { device: 'cpu', threads: 1, precision: 'fp32' });
  const { path, bytes } = base.manifest.gguf as { path: string; bytes: number };
  const llama = await LlamaModel.load({ path, bytes, contextLength: 1024, threads: 1, gpu: false });
  const ngram = NgramModel.build([], own);
  const over = (scores: ConstructorParameters<typeof LineRescoringDrafter>[1]) =>
    new LineRescoringDrafter('base', scores, () => ngram, initialMixWeights());
  const theirs = over(new LlamaScores(llama, own, network.config.vocabSize, DIALECT));
  const ours = over(topScores({ network, prefixes: new Prefixes(network), tokenizer: own, dialect: DIALECT }));
  const query = 'export function sum(values: readonly number[]): number {\n  let total = 0;\n  for (const ';
  for (const cut of ['|\n  return total;\n}\n', 'value of val|\n}\n', 'value of values) total += |;\n}\n']) {
    const [a, b] = [await theirs.draft(at(query + cut), line), await ours.draft(at(query + cut), line)];
    assert.equal(a.text, b.text, cut);
  }
  await llama.dispose();
  await network.dispose();
});

test('a file that has changed since it was added is refused, for serving and timing', async () => {
  await client.request('close', { key: 'a' });
  const path = join(folder, 'base.gguf');
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
  writeFileSync(path, bytes);
  const checked: number[] = [];
  const opened = await client.request('open', source(), { onProgress: ({ done }) => checked.push(done) });
  assert.equal(codeOf(opened), 'mismatched');
  assert.equal(checked.at(-1), bytes.length);
  const { folder: model, tokenizer } = base;
  assertFailed(await client.request('time', { model, tokenizer, threads: 1, device: 'cpu' }), 'mismatched');
  truncateSync(path, 1e6);
  assertFailed(await client.request('open', source()), 'mismatched');
});
