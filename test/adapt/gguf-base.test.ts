// Runs with a GGUF base, which llama.cpp serves: everything but its own weights is fitted.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { currentModel, ggufMixture } from '../../src/adapt/models/folder-models.ts';
import type { AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import { unwrap } from '../../src/common/errors.ts';
import { addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import { exportedBase } from '../support/exported-base.ts';
import { makeProject, reportWith, tokenizerPath } from './project.ts';
import { RunEngine } from './scripted-engine.ts';

const project = makeProject(3);
const folder = dirname(project.root);
const model = join(folder, 'model');
writeModel(model);
const path = exportedBase(model, tokenizerPath, join(folder, 'exported'));
const base = unwrap(
  await addGgufModel({ path, into: join(folder, 'bases'), name: 'theirs' }, new AbortController().signal),
);
const device = { threads: 1, device: 'cpu', trainingThreads: 1 } as const;
const request: AdaptRequest & { neural: object } = { ...project.request, neural: { base: base.folder, ...device } };
after(() => project.remove());

const run = (engine: RunEngine) => reportWith(request, { engine });

test('over a GGUF base everything but its own weights is fitted, once for the same files', async () => {
  const engine = new RunEngine({ right: { base: 0.5, adapted: 0.5 }, truth: () => 'x' });
  const files = readdirSync(base.folder);
  const { neural, neuralFailure, notes, router } = await run(engine);
  assert.equal(engine.count('adapt'), 0);
  assert.equal(neural?.used, 'base');
  assert.equal(neuralFailure, undefined);
  assert.ok(router, 'the router is fitted');
  const why = /^The base 'theirs' is a GGUF file, whose own weights stay as they are\. Nothing is trained\.$/;
  const holds = notes.some((note) => why.test(note));
  assert.ok(holds, notes.join());
  const limits = () => engine.of('fit').map(({ seconds }) => seconds);
  assert.deepEqual(limits(), [60], 'half of the two minutes');
  const current = currentModel(request.specialistFolder, { base: base.folder, tokenizer: tokenizerPath });
  assert.equal(current.mixture, ggufMixture(request.specialistFolder, base.folder));
  assert.equal(existsSync(join(current.mixture as string, 'mixture.json')), true);
  assert.deepEqual(readdirSync(base.folder), files, 'the base, which other folders share, is unchanged');
  await run(engine);
  assert.deepEqual(limits(), [60], 'the weights that the same files gave are kept');
});
