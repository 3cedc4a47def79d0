// Runs with a GGUF base, which llama.cpp serves: everything is fitted for it, an adapter is trained over it, or a sentence
// says why not.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { currentModel, ggufMixture } from '../../src/adaptation/models/folder-models.ts';
import type { AdaptReport } from '../../src/adaptation/report/types.ts';
import { adapt } from '../../src/adaptation/stages/run.ts';
import type { AdaptRequest } from '../../src/adaptation/types.ts';
import { failed, ok, unwrap } from '../../src/common/errors.ts';
import { exportModel } from '../../src/neural/models/export/export.ts';
import { type AddedBase, addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { ADAPTER, GGUF_ADAPTER } from '../../src/neural/models/manifest.ts';
import type { Engine, RequestOptions } from '../../src/specialist/engine/client.ts';
import type { RequestKind, Requests } from '../../src/specialist/engine/protocol.ts';
import { engine as startEngine, writeModel } from '../specialist/engine/helpers.ts';
import { makeProject, type Project, tokenizerPath } from './project.ts';
import { ScriptedEngine } from './scripted-engine.ts';

const never = new AbortController().signal;
let project: Project;
let base: AddedBase;
let request: AdaptRequest & { neural: object };

before(async () => {
  project = makeProject(3);
  const folder = dirname(project.root);
  const model = join(folder, 'model');
  writeModel(model);
  unwrap(exportModel({ model, base: model, tokenizer: tokenizerPath, into: join(folder, 'exported') }));
  const path = join(folder, 'exported', 'merged.gguf');
  base = unwrap(await addGgufModel({ path, into: join(folder, 'bases'), name: 'theirs' }, never));
  const device = { precision: 'auto', threads: 1, device: 'cpu', trainingThreads: 1 } as const;
  request = { ...project.request, neural: { base: base.folder, ...device, budgetMinutes: 600, maxSteps: 6 } };
});
after(() => project.remove());

async function run(engine: Engine, more: Partial<AdaptRequest> = {}): Promise<AdaptReport> {
  const result = await adapt({ ...request, ...more }, { engine, llm: undefined, record: () => {}, signal: never });
  assert.ok(result.ok, JSON.stringify(result));
  return result.value.report;
}

/** Passes requests to another engine, and records their kinds. */
class RecordingEngine implements Engine {
  readonly asked: { readonly kind: RequestKind; readonly request: unknown }[] = [];
  private readonly inner: Engine;

  constructor(inner: Engine) {
    this.inner = inner;
  }

  request<K extends RequestKind>(kind: K, request: Requests[K]['request'], options?: RequestOptions<K>) {
    this.asked.push({ kind, request });
    return this.inner.request(kind, request, options);
  }
}

test('an adapter is trained over a GGUF base, compared with it, and mixed with the n-grams', async (context) => {
  const client = startEngine();
  context.after(() => client.end());
  const engine = new RecordingEngine(client);
  const files = readdirSync(base.folder);
  const { neural, neuralFailure, router } = await run(engine);
  assert.equal(neural?.training?.method, 'adapters (LoRA)', neuralFailure?.message);
  assert.equal(neural.training.steps, 6);
  const { before = 0, after = 9 } = neural.training.loss ?? {};
  assert.ok(after < before, 'training lowers the loss');
  assert.ok(neural.chosenFrom?.base && neural.chosenFrom.adapted, JSON.stringify(neural.chosenFrom));
  assert.ok(router, 'the router is fitted');
  const opened = engine.asked.flatMap(({ kind, request: of }) =>
    kind === 'open' ? [of as Requests['open']['request']] : [],
  );
  assert.ok(opened.some(({ name, base: of }) => name === 'adapted' && of === base.folder));
  const mixture = ggufMixture(request.specialistFolder, base.folder) as string;
  assert.ok(
    opened.some((each) => each.mixture === mixture),
    'the base drafts with the weights of this folder',
  );
  assert.equal(JSON.parse(readFileSync(join(mixture, 'mixture.json'), 'utf8')).version, 1);
  assert.deepEqual(readdirSync(base.folder), files, 'the base, which other folders share, is unchanged');
  // A base that stays in use drafts with these weights; an adapter has its own.
  const current = currentModel(request.specialistFolder, { base: base.folder, tokenizer: tokenizerPath });
  if (current.name === 'base') assert.equal(current.mixture, mixture);
  else assert.ok([ADAPTER, GGUF_ADAPTER, 'mixture.json'].every((name) => existsSync(join(current.model, name))));
});

test('a base whose training would take longer than the budget is not trained, and the rest of the run goes on', async () => {
  const truth = () => 'x';
  class SlowEngine extends ScriptedEngine {
    override async request<K extends RequestKind>(
      kind: K,
      asked: Requests[K]['request'],
      options: RequestOptions<K> = {},
    ) {
      if (kind !== 'adapt') return super.request(kind, asked, options);
      this.asked.push({ kind, request: asked });
      const estimate = { kind: 'estimate', secondsPerStep: 300, totalSteps: 300 } as const;
      (options as RequestOptions<'adapt'>).onProgress?.(estimate);
      return options.signal?.aborted ? failed('cancelled', 'Cancelled.') : (ok({}) as never);
    }
  }
  const engine = new SlowEngine({ right: { base: 0.5, adapted: 0.5 }, truth });
  const more = {
    specialistFolder: join(dirname(project.root), 'slow'),
    neural: { ...request.neural, base: base.folder, budgetMinutes: 10, maxSteps: undefined } as never,
  };
  const { neural, neuralFailure, notes } = await run(engine, more);
  assert.equal(engine.count('adapt'), 1, 'only the estimate');
  assert.equal(neural?.used, 'base');
  const why =
    /^In 10 minutes this machine cannot train the base 'theirs'\. The minimum of \d steps needs about \d+ minutes with the measurements\. Nothing is trained\.$/;
  assert.equal(neuralFailure, undefined);
  assert.ok(
    notes.some((note) => why.test(note)),
    notes.join(),
  );
  const limits = () =>
    engine.asked.filter(({ kind }) => kind === 'fit').map(({ request: of }) => (of as { seconds?: number }).seconds);
  assert.deepEqual(limits(), [60], 'half of the two minutes');
  await run(engine, more);
  assert.deepEqual(limits(), [60], 'the weights that the same files gave are kept');
});
