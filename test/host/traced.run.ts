// What runs of the product reach, as the system sees it: which computers are asked, which names, and which files change.
// The home folder is empty, and nothing says that this is a test.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { needPackages } from '../../build/debian.ts';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { IMPORTED_BASES } from '../../src/neural/models/list.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { bytesOfCrafted, craftedGguf } from '../neural/models/import/crafted-models.ts';
import { writeProject } from '../support/project.ts';
import { steadyMachine } from '../support/steady.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { readTrace, strayed, type Trace, tracing, userEnvironment } from '../support/trace.ts';

const base = realpathSync(temporaryFolder());
const home = join(base, 'home');
const project = join(base, 'project');
const storage = join(base, 'storage');
const temporary = join(base, 'temporary');

before(async () => {
  await needPackages(['strace', 'git']);
  for (const folder of [project, temporary]) mkdirSync(folder);
  writeProject(project);
  const path = join(base, 'crafted.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  unwrap(await addGgufModel({ path, into: join(storage, IMPORTED_BASES) }, new AbortController().signal));
  const labels = ['bug', 'wish'].map((name) => ({ name, meaning: `It is a ${name}.` }));
  const source = { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' };
  const task = { instruction: 'Sort.', labels, source };
  mkdirSync(join(project, '.easyadaptation', 'tasks'), { recursive: true });
  writeFileSync(join(project, '.easyadaptation', 'tasks', 'issues.json'), JSON.stringify(task));
  const rows = Array.from({ length: 60 }, (_, i) => [
    i % 2 === 0 ? `an error in page ${i}` : `please add page ${i}`,
    i < 40 ? ['bug', 'wish'][i % 2] : '',
  ]);
  writeFileSync(join(project, 'issues.csv'), `title,kind\n${rows.map((row) => row.join(',')).join('\n')}\n`);
});

let runs = 0;

/** Runs the command line to its end, as a user does. */
async function trace(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Trace> {
  const folder = join(base, `trace-${++runs}`);
  const [strace = '', ...options] = tracing(folder);
  const cli = [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'src/jobs/cli/main.ts')];
  const child = spawn(strace, [...options, ...cli, ...args, '--storage', storage], {
    env: { ...userEnvironment(home), ...steadyMachine(3), TMPDIR: temporary, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const code = await new Promise((done) => child.on('close', done));
  assert.equal(code, 0, errors);
  return readTrace(folder);
}

const commands: readonly (readonly string[])[] = [
  ['adapt', project, '--base', 'small', '--train', 'always', '--minutes', '600'],
  ['complete', `${join(project, 'src', 'database.ts')}:3`, '--folder', project, '--base', 'small'],
  ['complete', `${join(project, 'src', 'database.ts')}:3`, '--folder', project, '--base', 'crafted'],
  ['label', 'issues', '--folder', project, '--base', 'small'],
];

for (const command of commands)
  test(`without a large model, '${command[0]} ... ${command.at(-1)}' reaches no computer and writes only in its folders`, async () => {
    const { connections, names, written } = await trace([...command, '--local']);
    assert.deepEqual({ connections, names }, { connections: [], names: [] });
    assert.deepEqual(strayed(written, home, project, storage, temporary), []);
    const holds = written.some((path) => path.startsWith(storage));
    assert.ok(holds, 'the trace has seen the writing of the store');
  });

test('with a large model, an adaptation reaches its server alone', async () => {
  const api = await MessagesServer.start();
  after(() => api.close());
  const env = { ANTHROPIC_API_KEY: 'sk-ant-test-0123456789', ANTHROPIC_BASE_URL: api.url };
  const { connections, names, written } = await trace(['adapt', project, '--no-neural', '--yes', '--places', '8'], env);
  assert.deepEqual({ connections, names }, { connections: [new URL(api.url).host], names: [] });
  assert.deepEqual(strayed(written, home, project, storage, temporary), []);
  assert.ok(api.requests.length > 0);
});
