// A served local model in a window: its requirements, and retries while its server does not answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import { Permissions } from '../../src/vscode/api/permissions.ts';
import { Served } from '../../src/vscode/api/served-specialist.ts';
import type { FolderRef } from '../../src/vscode/editor/folder-ref.ts';
import { ManualClock } from '../fakes/clock.ts';
import { hiding, redactNothing } from '../fakes/redaction.ts';
import { memory } from './memory.ts';

const folder: FolderRef = { key: 'file:///a', uri: undefined, name: 'a', root: '/a', storeName: '/a' };
const gone = { code: 'network', message: 'Nobody listens.' } as const;

function set() {
  const clock = new ManualClock();
  const settings = { servedUrl: 'http://127.0.0.1:8000/v1', servedModel: 'tuned', localOnly: false, balance: 0.4 };
  const world = {
    trusted: true,
    key: undefined as string | undefined,
    there: true,
    refuses: false,
    asked: [] as Headers[],
    changes: 0,
  };
  const permissions = new Permissions(memory(), () => {});
  const served = new Served({
    ...{ settings: () => settings, permissions, isTrusted: () => world.trusted, clock, log: silentLog },
    key: {
      get value() {
        return world.key;
      },
    },
    onChange: () => world.changes++,
    fetch: async (_, init) => {
      world.asked.push(new Headers(init?.headers));
      if (!world.there) throw new TypeError('fetch failed');
      if (world.refuses) return Response.json({ error: { message: 'Invalid key' } }, { status: 401 });
      return Response.json({ data: [{ id: 'tuned' }] });
    },
  });
  return { clock, settings, world, permissions, served };
}

test('a served model needs a valid address, trust, a balance above 0 and consent for its host', async () => {
  const { settings, world, permissions, served } = set();
  const states: string[] = [];
  const note = () => states.push(served.state(folder));
  note();
  await permissions.allow(folder.key, 'api.example');
  note();
  await permissions.allow(folder.key, '127.0.0.1:8000');
  note();
  world.trusted = false;
  note();
  Object.assign(world, { trusted: true });
  settings.localOnly = true;
  note();
  Object.assign(settings, { localOnly: false, balance: 0 });
  note();
  Object.assign(settings, { balance: 0.01, servedUrl: 'http://far.example/v1' });
  note();
  settings.servedUrl = 'https://far.example/v1';
  note();
  await permissions.decline(folder.key, 'far.example');
  note();
  settings.servedUrl = '';
  note();
  const expected = 'unasked unasked serves untrusted local-only local-only bad-url unasked declined off';
  assert.equal(states.join(' '), expected);
});

test('an unreachable server is reported once and retried at growing intervals', async () => {
  const { clock, world, permissions, served } = set();
  await permissions.allow(folder.key, served.host);
  served.onFailure(gone);
  served.onFailure(gone);
  assert.deepEqual([served.state(folder), served.problem, world.changes], ['away', gone.message, 1]);
  world.there = false;
  await served.retry();
  assert.equal(world.asked.length, 0, 'not at each key');
  for (const [ms, looks] of [
    [30_000, 1],
    [30_000, 1],
    [30_000, 2],
    [120_000, 3],
  ] as const) {
    await clock.advance(ms);
    await served.retry();
    assert.equal(world.asked.length, looks);
  }
  world.there = true;
  await clock.advance(600_000);
  await Promise.all([served.retry(), served.retry()]);
  assert.deepEqual([served.state(folder), world.asked.length, world.changes], ['serves', 4, 2]);
  assert.equal(served.problem, undefined);
});

test('the exact redacted request of a draft can be shown', async () => {
  const { served } = set();
  const query = { path: 'a.ts', languageId: 'typescript', prefix: 'const key = hunter2;\nconst sum = ', suffix: ';\n' };
  const body = JSON.parse(await served.body(query, false, hiding('hunter2')));
  assert.deepEqual([body.model, body.logprobs, body.max_tokens, body.stop], ['tuned', 5, 48, ['\n']]);
  assert.equal(body.prompt, 'const key = *******;\nconst sum =');
});

test('changed settings or a changed key retry at once, with the key', async () => {
  const { world, permissions, served } = set();
  await permissions.allow(folder.key, served.host);
  served.onFailure(gone);
  served.configure();
  assert.equal(served.state(folder), 'away', 'nothing has changed');
  world.key = 'sk-served-0123456789';
  served.configure();
  assert.deepEqual([served.state(folder), world.changes], ['serves', 2]);
  const { engine, model } = served.engine({ rank: async () => undefined, redact: redactNothing, mayLeave: () => true });
  assert.equal(model.name, 'tuned (served)');
  const opened = await engine.request('open', { ...model, key: 'folder', changes: [] });
  assert.ok(opened.ok);
  assert.equal(world.asked[0]?.get('authorization'), 'Bearer sk-served-0123456789');
});

test('the advice for a refused key names the command of the served model', async () => {
  const { clock, world, permissions, served } = set();
  await permissions.allow(folder.key, served.host);
  world.refuses = true;
  served.onFailure(gone);
  await clock.advance(60_000);
  await served.retry();
  assert.equal(served.state(folder), 'away');
  assert.match(served.problem ?? '', /refused the API key.*Serve the Local Model Elsewhere/);
});
