// Runs one after the other over a folder that has not changed: what each asks the API, what that costs, and what it learns from what was paid before.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { splitOf } from '../../src/harvest/split.ts';
import type { AdaptRequest } from '../../src/learn/types.ts';
import type { Prompt } from '../../src/teacher/prompt.ts';
import { ScriptedTeacher } from '../fakes/teacher.ts';
import { adaptAsking, askingRequest, engineFor, Kept } from './asking.ts';
import { knowingTeacher, makeProject, type Project } from './project.ts';

let project: Project;
let request: AdaptRequest;
let kept: Kept;
before(() => {
  project = makeProject(6);
  request = askingRequest(project, 50);
});
after(() => project.remove());
beforeEach(() => {
  for (const folder of [request.specialistFolder, request.storeFolder])
    rmSync(folder, { recursive: true, force: true });
  kept = new Kept(request);
});

const nameIn = ({ user }: Prompt) => /The function is `(\w+)`/.exec(user[0]?.text ?? '')?.[1] ?? '';

function teacherOf(model = 'knowing', wrongEvery = 3): ScriptedTeacher {
  const knowing = knowingTeacher(project, wrongEvery);
  const teacher = model === 'knowing' ? knowing : new ScriptedTeacher('something else', model);
  teacher.write = (prompt) =>
    `import { ${nameIn(prompt)} } from './somewhere.ts';\n\nexport const again = (id: string) => ${nameIn(prompt)}({ id, dryRun: true });\n`;
  return teacher;
}

type Api = NonNullable<AdaptRequest['api']>;
const api = (over: Partial<Api>) => ({ api: { ...(request.api as Api), ...over } });
const minutes = (budgetMinutes: number) => ({
  neural: { ...(request.neural as NonNullable<AdaptRequest['neural']>), budgetMinutes },
});

/** A run, and what it asked of its teacher. */
async function run(of: Partial<AdaptRequest> = {}, teacher: ScriptedTeacher | undefined = teacherOf(), agreed = true) {
  const engine = engineFor(project);
  const asked = { ...request, ...of };
  const { estimates, report } = await adaptAsking(engine, teacher, asked, agreed, kept);
  const teaching = teacher?.requests.filter(({ query }) => splitOf(query.path) === 'train').length ?? 0;
  const counts = { teaching, all: teacher?.requests.length ?? 0, texts: teacher?.texts.length ?? 0 };
  return { ...counts, estimates, trained: engine.count('adapt') > 0, notes: report.notes.join(' '), report };
}

test('what a run may cost is spent once, whatever of it is known: a later one asks nothing', async () => {
  const first = await run(api({ runUsd: 0.0251 }));
  const calls = first.all + first.texts;
  assert.ok(calls >= 24 && calls <= 25, String(calls));
  // Without what the stages have made, as after its adaptation was deleted: all is chosen again, and it is the same.
  rmSync(request.storeFolder, { recursive: true, force: true });
  const { answers } = kept;
  kept = new Kept(request);
  Object.assign(kept, { answers });
  const second = await run(api({ runUsd: 0.0251 }));
  assert.deepEqual([second.all, second.texts], [0, 0]);
  assert.ok(
    second.estimates.every(({ places }) => places === 0),
    'but texts, of which nobody knows which, nothing is quoted',
  );
  assert.equal(second.report.api?.asked, first.report.api?.asked);
  assert.deepEqual([second.report.paid?.answers, second.report.paid?.usd], [first.report.paid?.answers, 0]);
});

test('over the same files another model is asked at places that teach, and so are more places', async () => {
  const few = await run(api({ places: 5 }));
  assert.deepEqual([few.teaching, few.all, few.texts], [2, 4, 1]);
  const more = await run();
  assert.ok(more.teaching >= 18 && more.all >= 40, JSON.stringify(more.estimates));
  const other = await run({}, teacherOf('other'));
  assert.deepEqual([other.teaching, other.all, other.texts], [20, 45, 5]);
  const again = await run({}, teacherOf('other'));
  assert.deepEqual([again.all, again.texts, again.estimates, again.trained], [0, 0, [], false]);
});

test('a run that is long enough asks for the texts that it quotes, though a short one came before', async () => {
  const short = await run(minutes(5));
  assert.deepEqual([short.texts, short.estimates[0]?.written], [0, undefined]);
  const long = await run(minutes(20));
  assert.ok(long.texts > 0 && long.texts <= (long.estimates[0]?.written ?? 0), JSON.stringify(long.estimates));
});

test('who asks nobody, or declines, learns from what was paid for before, whoever answered', async () => {
  const first = await run();
  assert.ok(first.trained);
  const { api: _, ...local } = request;
  const engine = engineFor(project);
  const alone = await adaptAsking(engine, undefined, local, false, kept);
  assert.equal(engine.count('adapt'), 0, 'it is the same training');
  assert.match(alone.report.notes.join(' '), /asked at 20 places of training files too/);
  assert.equal(alone.report.paid, undefined);
  const declined = await run({}, teacherOf('other'), false);
  assert.deepEqual([declined.all, declined.trained], [0, false]);
  assert.match(declined.notes, /asked at 20 places of training files too/);
  const agreed = await run({}, teacherOf('other'));
  assert.equal(agreed.teaching, 20);
});

test('as many texts are quoted as may be bought, though others of which it might write are known', async () => {
  const teacher = teacherOf();
  const known = new Set<string>();
  Object.assign(teacher, {
    knows: (prompt: Prompt) => {
      const name = nameIn(prompt);
      if (name !== '' && known.size < 5) known.add(name);
      return known.has(name);
    },
  });
  const { estimates } = await adaptAsking(engineFor(project), teacher, request, true);
  const bought = teacher.texts.filter((prompt) => !known.has(nameIn(prompt))).length;
  assert.equal(known.size, 5);
  assert.ok((estimates[0]?.written ?? 0) >= bought, `${estimates[0]?.written} for ${bought}`);
  assert.equal(estimates[0]?.written, 5);
});
