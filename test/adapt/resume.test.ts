// A killed run resumes at its first unfinished step. A run over an unchanged folder makes no request.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { AdaptOutcome, AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import type { Result } from '../../src/common/errors.ts';
import { openStore } from '../../src/storage/open.ts';
import { splitOf } from '../../src/workspace/files/file-names.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import { steadyMachine } from '../support/steady.ts';
import type { Plan } from './dying-run.ts';
import { makeProject } from './project.ts';

const project = makeProject(6);
const files: Record<string, string> = Object.fromEntries(project.files);
const base = join(dirname(project.root), 'base');
mkdirSync(base);
writeModel(base);
writeFileSync(join(base, 'mixture.json'), '{"version":1,"gate":[7],"ranking":[7]}');
const neural = { base, precision: 'int4', threads: 1, device: 'cpu', trainingThreads: 1 } as const;
const settings = { apiKey: 'test-key', model: 'knowing', timeoutMs: 1000, baseUrl: 'http://127.0.0.1:9' };
const request: AdaptRequest = { ...project.request, neural, api: { settings, positions: 20, budgetUsd: 1 } };
after(() => project.remove());

/** Runs in a process. `outcome` is undefined if the process was killed. */
function run(
  die?: Plan['die'],
  of = request,
  program = 'of this version',
): { asked: string[]; outcome: AdaptOutcome | undefined } {
  const requestsFile = join(dirname(project.root), 'asked.txt');
  rmSync(requestsFile, { force: true });
  const plan: Plan = { request: of, files, asked: requestsFile, program, ...(die && { die }) };
  const script = join(import.meta.dirname, 'dying-run.ts');
  const { signal, stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(plan)], {
    encoding: 'utf8',
    env: { ...process.env, ...steadyMachine() },
  });
  const lines = existsSync(requestsFile)
    ? readFileSync(requestsFile, 'utf8')
        .split('\n')
        .map((line) => line.trim())
    : [];
  if (signal !== null) return { asked: lines, outcome: undefined };
  const result = JSON.parse(stdout || '{}') as Result<AdaptOutcome>;
  assert.ok(result.ok, `${stdout}${stderr}`);
  return { asked: lines, outcome: result.value };
}

const modelRequests = (asked: readonly string[]) => asked.filter((line) => /^(draft|lossAt|api|adapt|fit)/.test(line));

/** The report without values that depend on the machine or on earlier payments. */
const figures = (outcome: AdaptOutcome | undefined): unknown =>
  JSON.parse(
    JSON.stringify(outcome?.report, (key, value) =>
      /^(elapsedMs|latency.*|peakMemoryBytes|paid|minutes|tokensPerSecond)$/.test(key) ? undefined : value,
    ),
  );

/** Points at which a run is killed, in order: a recorded request, or a stage. */
const killPoints: readonly NonNullable<Plan['die']>[] = [
  ['Finding files', 1],
  ['pace', 1],
  ['Indexing', 1],
  ['open', 1],
  ['draft base', 3],
  ['Timing a draft', 2],
  ['Preparing training samples', 1],
  ['Planning', 1],
  ['draft base', 3],
  ['lossAt base', 3],
  ['Measuring the base', 1],
  ['adapt', 1],
  ['Training', 2],
  ['fit', 1],
  ['draft adapted', 3],
  ['Measuring the adapted model', 1],
  ['draft adapted', 30],
  ['Testing the model in use', 1],
  ['draft base', 10],
  ['Testing the base', 1],
  ['draft n-gram', 10],
  ['Measuring', 1],
  ['Calibrating', 1],
  ['api', 4],
  ['Indexing every file', 1],
];

test('killed in any stage and restarted, it repeats only the request in flight and ends with the same result', () => {
  const uninterrupted = run(undefined, {
    ...request,
    storeFolder: join(dirname(project.root), 'other-store'),
    specialistFolder: join(dirname(project.root), 'other-specialist'),
  });
  const all = killPoints.map((die) => {
    const { asked, outcome } = run(die);
    assert.equal(outcome, undefined, `the run was not killed at ${die.join(' ')}`);
    return modelRequests(asked);
  });
  const last = run();
  const finishedRequests = new Set<string>();
  for (const [at, asked] of [...all, modelRequests(last.asked)].entries()) {
    // A killed run may lose its last position (draft and loss), and the last four API calls, which are concurrent.
    const repeatedRequests = asked.filter((line) => finishedRequests.has(line));
    assert.deepEqual(repeatedRequests, [], `requested again after ${killPoints[at - 1]}`);
    const maxLost = killPoints[at]?.[0] === 'api' ? 4 : 2;
    for (const line of asked.slice(0, asked.length - maxLost)) if (!line.startsWith('fit')) finishedRequests.add(line);
  }
  const everything = [...new Set([...all.flat(), ...modelRequests(last.asked)])];
  assert.deepEqual(everything.sort(), [...new Set(modelRequests(uninterrupted.asked))].sort());
  assert.equal(last.outcome?.report.neural?.used, 'adapted');
  assert.deepEqual(figures(last.outcome), figures(uninterrupted.outcome));
});

test('a second run over an unchanged folder makes no request', () => {
  const { asked, outcome } = run();
  assert.deepEqual(modelRequests(asked), []);
  assert.equal(outcome?.report.neural?.used, 'adapted');
  assert.ok((outcome.report.api?.asked ?? 0) > 0, 'the report includes the paid answers');
});

test('after a change of one test file, requests are made only for its positions', () => {
  const path = Object.keys(files).find((each) => splitOf(each) === 'test') as string;
  assert.ok(path, 'the project has a test file');
  files[path] = (files[path] as string).replaceAll('debug', 'trace');
  writeFileSync(join(project.root, path), files[path]);
  const { asked, outcome } = run();
  const lines = modelRequests(asked);
  for (const model of ['n-gram', 'base', 'adapted'])
    assert.ok(
      lines.some((line) => line.startsWith(`draft ${model} ${path}`)),
      model,
    );
  const actual = lines.filter((line) => !line.includes(` ${path} `));
  assert.deepEqual(actual, []);
  assert.equal(outcome?.report.neural?.used, 'adapted');
});

test('after a change of one training file, it trains again and compares with the earlier model', () => {
  const path = Object.keys(files).find((each) => splitOf(each) === 'train') as string;
  files[path] = `${files[path]}export const added = 1;\n`;
  writeFileSync(join(project.root, path), files[path]);
  const killPoints: Plan['die'][] = [['Measuring the earlier model', 1], ['Training', 1], undefined];
  const all = killPoints.map((die) => run(die));
  const lines = all.flatMap(({ asked }) => modelRequests(asked));
  const count = (of: string) => lines.filter((line) => line === of).length;
  assert.equal(count('adapt'), 1);
  const { used, chosenFrom } = all.at(-1)?.outcome?.report.neural ?? {};
  assert.ok(chosenFrom?.earlier && chosenFrom.adapted, used);
  // Both the earlier and the new model are named 'adapted', so only drafts of the base are counted. Kills may lose two.
  const base = lines.filter((line) => line.startsWith('draft base'));
  assert.ok(base.length <= new Set(base).size + 2, `${base.length} of ${new Set(base).size}`);
  assert.deepEqual(modelRequests(run().asked), [], 'the next run makes no request');
});

test('another version of the programs drafts again and does not train again', () => {
  const lines = modelRequests(run(undefined, request, 'of the next version').asked);
  for (const model of ['n-gram', 'base', 'adapted'])
    assert.ok(
      lines.some((line) => line.startsWith(`draft ${model}`)),
      model,
    );
  assert.ok(!lines.some((line) => /^(adapt|api)/.test(line)));
});

test('deleting the folder’s data deletes its stored answers and stages', () => {
  const { store } = openStore(request.storeFolder);
  const before_ = store.rowsOf(project.root);
  assert.ok(before_.answers.length > 0);
  const stages = new Set(before_.stages.map(({ stage }) => stage));
  assert.deepEqual(stages, new Set(['timing', 'plan', 'training time', 'training', 'mixture', 'asked']));
  store.deleteFolderData(project.root);
  const { answers, stages: left } = store.rowsOf(project.root);
  store.close();
  assert.deepEqual([answers, left], [[], []]);
  const { asked } = run();
  const holds = modelRequests(asked).some((line) => line.startsWith('adapt'));
  assert.ok(holds, 'the next run trains again');
});
