// The engine's process and its client: answers, order, cancellation, death in every state, and no orphan.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { variables } from '../../../src/common/tuning.ts';
import type { EngineClient } from '../../../src/specialist/engine/engine-client.ts';
import { OVERFLOWS_STACK } from '../../support/overflowing.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { drafting, ended, engine, opened, opening, SCRIPT, sign, until, writeModel } from './helpers.ts';

const folder = temporaryFolder();
const base = join(folder, 'base');

before(() => writeModel(base));

async function started(context: TestContext): Promise<EngineClient> {
  const client = engine();
  context.after(() => client.dispose());
  await opened(client, base);
  return client;
}

let scripts = 0;
/** A client of a process that does this with each message. */
function scripted(context: TestContext, onMessage: string): EngineClient {
  const script = join(folder, `script-${++scripts}.mjs`);
  writeFileSync(script, `process.on('message', ({ id, kind }) => { ${onMessage} });`);
  const client = engine({ script });
  context.after(() => client.dispose());
  return client;
}

test('answers several drafts at once', async (context) => {
  const client = await started(context);
  const asked = ['const a = ', 'let', 'const a = '].map((prefix) => client.request('draft', drafting(prefix)));
  const drafts = (await Promise.all(asked)).map(unwrap);
  assert.ok(drafts.every(({ model, tokens }) => model === 'base + n-gram' && tokens.length <= 8));
  assert.equal(drafts[2]?.text, drafts[0]?.text);
});

test('invalid requests fail, and the process continues', async (context) => {
  const client = engine();
  context.after(() => client.dispose());
  assertFailed(await client.request('draft', drafting('x')), 'bad-request');
  assertFailed(await client.request('open', opening(join(folder, 'nowhere'))), 'unreadable');
  assert.ok((await client.request('open', opening(base))).ok);
  assertFailed(await client.request('draft', { ...drafting('x'), key: 'another' }), 'bad-request');
  assert.ok((await client.request('draft', drafting('x'))).ok);
});

test('a document that breaks the parser is drafted without it, in the same process', async (context) => {
  // A slow machine would end the parse before it breaks anything.
  const client = engine({ env: { [variables.patienceMs]: '60000' } });
  context.after(() => client.dispose());
  await opened(client, base);
  const draft = async (path: string, languageId: string, prefix: string) => {
    const { query, options, ...request } = drafting(prefix);
    const asked = { ...request, query: { ...query, path, languageId }, options: { ...options, multiline: true } };
    return unwrap(await client.request('draft', asked));
  };
  await draft('whole.ts', 'typescript', 'const a = ');
  const { pid } = client;
  for (let request = 0; request < 3; request++) await draft('broken.py', 'python', OVERFLOWS_STACK);
  assert.match((await draft('broken.py', 'python', 'y = ')).unparsed ?? '', /memory access|stack/);
  assert.equal((await draft('whole.ts', 'typescript', 'const a = ')).unparsed, undefined);
  assert.equal(client.pid, pid);
});

test('a process that cannot be created is an error, and the next request tries again', async () => {
  // A path that Node refuses.
  const client = engine({ script: 'engine\0.mjs' });
  for (let request = 0; request < 2; request++) {
    assertFailed(await sign(client), 'crashed');
  }
  client.dispose();
});

test('the restart listener is called before any request is repeated, also after a death while idle', async (context) => {
  const client = engine();
  context.after(() => client.dispose());
  assert.ok((await client.request('open', opening(base))).ok);
  const order: string[] = [];
  const told = client.onRestarted(() => {
    order.push('restarted');
    void client.request('open', opening(base)).then(() => order.push('first'));
  });
  const cut = client.request('draft', drafting('const b = ', 100));
  // At once: at the first sign of progress the answer may already be on its way.
  process.kill(client.pid as number, 'SIGKILL');
  assert.ok((await cut).ok);
  assert.deepEqual(order, ['restarted', 'first']);
  const pid = client.pid as number;
  process.kill(pid, 'SIGKILL');
  await until(() => client.pid === undefined);
  assert.ok((await client.request('draft', drafting('x'))).ok, 'the specialist was opened again');
  assert.deepEqual(order, ['restarted', 'first', 'restarted', 'first']);
  told.dispose();
  process.kill(client.pid as number, 'SIGKILL');
  await until(() => client.pid === undefined);
  assert.ok((await sign(client)).ok);
  assert.equal(order.length, 4);
});

test('a request that an owner repeats at every restart fails if it kills the process', async (context) => {
  const client = scripted(context, "if (kind === 'change') process.exit(4);");
  let restarts = 0;
  client.onRestarted(() => {
    restarts++;
    void sign(client);
  });
  assertFailed(await sign(client), 'crashed');
  assert.equal(restarts, 2);
  await until(() => client.pid === undefined);
});

test('a draft that kills the process fails although each process first reports its estimate', async (context) => {
  const told = "process.send({ id, kind: 'progress', progress: { promptTokens: 1 } }, () => process.exit(4))";
  const client = scripted(context, `if (kind === 'draft') ${told};`);
  let times = 0;
  assertFailed(await client.request('draft', drafting('x'), { onProgress: () => times++ }), 'crashed');
  assert.equal(times, 3);
});

test('a draft is cancelled silently and the next one is answered', async (context) => {
  const client = await started(context);
  const stop = new AbortController();
  const stopping = { signal: stop.signal, onProgress: () => stop.abort() };
  assertFailed(await client.request('draft', drafting('const a = ', 200), stopping), 'cancelled');
  assert.ok((await client.request('draft', drafting('let b'))).ok);
});

test('a process that keeps dying is not restarted', async (context) => {
  const script = join(folder, 'dying.mjs');
  writeFileSync(script, 'console.error("no such driver"); process.exit(3);');
  const client = engine({ script });
  context.after(() => client.dispose());
  assertFailed(await sign(client), 'crashed', /code 3/);
});

test('no orphan: the process ends when its owner is killed', async () => {
  const owner = join(folder, 'owner.ts');
  const client = join(import.meta.dirname, '../../../src/specialist/engine/engine-client.ts');
  writeFileSync(
    owner,
    `import { EngineClient } from ${JSON.stringify(client)};
     const client = new EngineClient({ script: ${JSON.stringify(SCRIPT)} });
     await client.request('change', { key: '', change: { kind: 'closed', path: '' } });
     console.log(client.pid);
     setInterval(() => {}, 1000);`,
  );
  const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', owner], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data) => resolve(Number(data))));
  assert.ok(!ended(pid));
  parent.kill('SIGKILL');
  await until(() => ended(pid));
});

test('no process is started for a close request', async (context) => {
  const client = engine();
  context.after(() => client.dispose());
  assert.ok((await client.request('close', { key: 'folder' })).ok);
  assert.equal(client.pid, undefined);
});

test('a disposed engine ends its process and answers no more requests', async () => {
  const client = engine();
  assert.ok((await sign(client)).ok);
  const pid = client.pid as number;
  client.dispose();
  await until(() => ended(pid));
  assertFailed(await sign(client), 'crashed');
});
