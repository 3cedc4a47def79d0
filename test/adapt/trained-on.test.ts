// A model is not measured on files that it was trained on, even if they were moved and are held out under their new
// paths.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type HeldOut, holdOut, keepTrainedOn, unseenBy } from '../../src/adapt/held-out-positions.ts';
import { ownFolder } from '../../src/adapt/models/folder-models.ts';
import type { AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import { splitFraction, splitOf } from '../../src/workspace/files/file-names.ts';
import { harvestFolder } from '../../src/workspace/files/folder.ts';
import { truthIn } from './adapted-folder.ts';
import { makeProject, neuralRequest, type Project, reportWith } from './project.ts';
import { RunEngine } from './scripted-engine.ts';

let project: Project;
let request: AdaptRequest & { readonly neural: NonNullable<AdaptRequest['neural']> };

beforeEach(() => {
  project = makeProject(10);
  request = neuralRequest(project);
});
afterEach(() => project.remove());

const engine = () => new RunEngine({ right: { base: 0.2, adapted: 0.9 }, truth: truthIn(project.root) });
const adapted = (asked = engine()) => reportWith(request, { engine: asked });
const ownModelFolder = () => ownFolder(request.specialistFolder) as string;
async function heldOutFiles(): Promise<HeldOut> {
  const harvested = await harvestFolder(project.root, request.harvest, {});
  assert.ok(harvested.ok);
  return holdOut(harvested.value.files);
}
function move(from: string, to: string): void {
  mkdirSync(dirname(join(project.root, to)), { recursive: true });
  renameSync(join(project.root, from), join(project.root, to));
}
const drafted = (asked: RunEngine) => new Set(asked.of('draft').map(({ query }) => query.path));

test('if the whole folder was moved, the earlier model is no candidate, and the report says so', async () => {
  await adapted();
  move('src', 'packages/core/src');
  const { neural, notes } = await adapted();
  assert.ok(neural?.chosenFrom && neural.chosenFrom.earlier === undefined);
  assert.match(notes.join('\n'), /was trained on most of the files that are held out now/);
  // The model of this run was trained on none of the files that are held out now.
  assert.ok((await adapted()).neural?.chosenFrom?.earlier);
});

test('if single files were moved, the earlier model is not measured on those that it was trained on', async () => {
  await adapted();
  const [first, second] = (await heldOutFiles()).train.map(({ path }) => path) as [string, string];
  const paths = Array.from({ length: 200 }, (_, n) => `moved/${n}.ts`);
  const movedPaths = [
    paths.find((path) => splitOf(path) === 'test'),
    paths.find((path) => splitOf(path) === 'validation' && splitFraction(`fit ${path}`) >= 0.5),
  ] as [string, string];
  move(first, movedPaths[0]);
  move(second, movedPaths[1]);
  const { choose, test: tested } = await heldOutFiles();
  assert.ok(tested.some(({ path }) => path === movedPaths[0]) && choose.some(({ path }) => path === movedPaths[1]));
  const asked = engine();
  const { neural } = await adapted(asked);
  assert.ok(neural?.chosenFrom?.earlier, choose.map(({ path }) => path).join());
  const draftedPaths = drafted(asked);
  assert.ok(draftedPaths.size > 0 && !movedPaths.some((path) => draftedPaths.has(path)));
});

test('files that ended its training do not choose the model, and still serve for fitting', async () => {
  const all = await heldOutFiles();
  const [moved] = all.fit;
  assert.ok(moved);
  await adapted();
  const now = { ...all, choose: [...all.choose, moved] };
  assert.deepEqual(unseenBy(ownModelFolder(), now)?.choose, all.choose);
  assert.deepEqual(unseenBy(ownModelFolder(), now)?.fit, all.fit);
});

test('a model without a readable list of training files is measured on all files', async () => {
  const all = await heldOutFiles();
  await adapted();
  const path = join(ownModelFolder(), 'trained-on.json');
  assert.ok(readFileSync(path, 'utf8').length < 40 * project.files.size);
  for (const text of ['{"train":', '[]', '{"train":7}', 'null']) {
    writeFileSync(path, text);
    assert.deepEqual(unseenBy(ownModelFolder(), { ...all, test: all.train }), { ...all, test: all.train }, text);
  }
  keepTrainedOn(ownModelFolder(), all);
  assert.equal(unseenBy(ownModelFolder(), { ...all, test: all.train }), undefined);
});
