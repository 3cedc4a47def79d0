// Several runs over an unchanged folder: the calls of each run, their cost, and the use of answers that earlier runs
// paid for.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, beforeEach, test } from 'node:test';
import type { AdaptRequest } from '../../src/adaptation/types.ts';
import { splitOf } from '../../src/workspace/files/split.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { adaptAsking, askingRequest, engineFor, Kept } from './asking.ts';
import { knowingLlm, makeProject } from './project.ts';

let kept: Kept;
const project = makeProject(6);
const request: AdaptRequest = askingRequest(project, 50);
after(() => project.remove());
beforeEach(() => {
  for (const folder of [request.specialistFolder, request.storeFolder])
    rmSync(folder, { recursive: true, force: true });
  kept = new Kept(request);
});

function llmOf(model = 'knowing', wrongEvery = 3): ScriptedLlm {
  return model === 'knowing' ? knowingLlm(project, wrongEvery) : new ScriptedLlm('something else', model);
}

type Api = NonNullable<AdaptRequest['api']>;
const api = (over: Partial<Api>) => ({ api: { ...(request.api as Api), ...over } });

/** Runs once, and counts the calls to the large model. */
async function run(of: Partial<AdaptRequest> = {}, llm: ScriptedLlm | undefined = llmOf(), agreed = true) {
  const engine = engineFor(project);
  const changedRequest = { ...request, ...of };
  const { estimates, report } = await adaptAsking(engine, llm, changedRequest, agreed, kept);
  const splits = llm?.requests.map(({ query }) => splitOf(query.path)) ?? [];
  assert.ok(!splits.includes('train'), 'positions of training files are not asked about');
  return { all: splits.length, estimates, trained: engine.count('adapt') > 0, notes: report.notes.join(' '), report };
}

test('a later run on the same folder asks the API nothing', async () => {
  const first = await run(api({ runUsd: 0.0251 }));
  assert.ok(first.all >= 24 && first.all <= 25, String(first.all));
  // Without the outputs of the stages, as after the adaptation was deleted: the same positions are chosen again.
  rmSync(request.storeFolder, { recursive: true, force: true });
  const { answers } = kept;
  kept = new Kept(request);
  Object.assign(kept, { answers });
  const second = await run(api({ runUsd: 0.0251 }));
  assert.equal(second.all, 0);
  // The drafts that the requests show are not known yet, so the user is asked, at most at the price of new answers.
  assert.ok(second.estimates.length === 1 && (second.estimates[0]?.usd ?? 1) <= 0.0251);
  assert.equal(second.report.api?.asked, first.report.api?.asked);
  assert.deepEqual([second.report.paid?.answers, second.report.paid?.usd], [first.report.paid?.answers, 0]);
});

test('another large model or a larger limit asks the API again on the same files', async () => {
  const few = await run(api({ positions: 5 }));
  assert.equal(few.all, 5);
  const more = await run();
  assert.ok(more.all >= 40, JSON.stringify(more.estimates));
  const other = await run({}, llmOf('other'));
  assert.equal(other.all, 45);
  const again = await run({}, llmOf('other'));
  assert.deepEqual([again.all, again.estimates, again.trained], [0, [], false]);
});

test('neither the API nor its answers change the training, and the report has the whole cost', async () => {
  const first = await run();
  assert.ok(first.trained);
  assert.deepEqual([first.estimates.length, first.estimates[0]?.positions], [1, 45]);
  const { answers, usd, model } = first.report.paid ?? {};
  assert.deepEqual([first.report.api?.asked, answers, usd?.toFixed(6), model], [45, 45, '0.045000', 'knowing']);
  const { api: _, ...local } = request;
  const engine = engineFor(project);
  const withoutApi = await adaptAsking(engine, undefined, local, false, kept);
  assert.deepEqual([engine.count('adapt'), withoutApi.report.paid], [0, undefined]);
  const declined = await run({}, llmOf('other'), false);
  assert.deepEqual([declined.all, declined.trained], [0, false]);
});
