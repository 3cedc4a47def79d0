// Snooze, permissions, API keys, and the status of the large model's failures.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { systemClock } from '../../src/common/clock.ts';
import { ApiKey, keyProblem, secretName } from '../../src/vscode/api/api-key.ts';
import { Permissions } from '../../src/vscode/api/permissions.ts';
import { Problems } from '../../src/vscode/api/problems.ts';
import { Snooze } from '../../src/vscode/completion/snooze.ts';
import { memory } from './memory.ts';

test('a snooze ends by itself, by hand, or with the session', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    let changes = 0;
    const snooze = new Snooze({ ...systemClock, now: () => Date.now() }, () => changes++);
    snooze.start(5);
    assert.equal(snooze.until, Date.now() + 300_000);
    mock.timers.tick(299_999);
    assert.ok(snooze.active);
    mock.timers.tick(1);
    assert.ok(!snooze.active);
    assert.equal(changes, 2);
    snooze.start(Number.POSITIVE_INFINITY);
    mock.timers.tick(86_400_000);
    assert.ok(snooze.active);
    snooze.stop();
    assert.ok(!snooze.active);
    snooze.start(30);
    snooze.start(5);
    mock.timers.tick(300_000);
    assert.ok(!snooze.active, 'the second length replaces the first');
  } finally {
    mock.timers.reset();
  }
});

test('consent holds for one folder and one host and can be revoked', async () => {
  const permissions = new Permissions(memory(), () => {});
  await permissions.allow('file:///a', 'api.example');
  assert.ok(permissions.mayCall('file:///a', 'api.example'));
  assert.ok(!permissions.mayCall('file:///a', 'other.example'));
  assert.ok(!permissions.mayCall('file:///b', 'api.example'));
  await permissions.decline('file:///a', 'api.example');
  assert.ok(!permissions.mayCall('file:///a', 'api.example'));
  assert.ok(permissions.hasDeclined('file:///a', 'api.example'));
  await permissions.allow('file:///a', 'api.example');
  assert.ok(!permissions.hasDeclined('file:///a', 'api.example'));
  await permissions.allow('file:///a', 'other.example');
  await permissions.decline('file:///a', 'third.example');
  assert.ok(permissions.mayCall('file:///a', 'api.example') && permissions.mayCall('file:///a', 'other.example'));
  assert.ok(!permissions.mayCall('file:///a', 'third.example'));
});

test('stopping withdraws the consent for every host of the folder', async () => {
  const permissions = new Permissions(memory(), () => {});
  assert.ok(!permissions.mayCallAny('file:///a'));
  await permissions.allow('file:///a', 'api.example');
  await permissions.allow('file:///a', 'other.example');
  await permissions.allow('file:///b', 'api.example');
  await permissions.declineAll('file:///a');
  assert.ok(!permissions.mayCallAny('file:///a') && permissions.mayCallAny('file:///b'));
  for (const host of ['api.example', 'other.example']) {
    assert.ok(!permissions.mayCall('file:///a', host));
    assert.ok(permissions.hasDeclined('file:///a', host));
  }
});

test('consent to a command holds for one folder, host and command', async () => {
  const permissions = new Permissions(memory(), () => {});
  await permissions.allow('file:///a', 'api.example');
  assert.ok(!permissions.mayCommandSend('file:///a', 'api.example', 'comment'));
  await permissions.allowCommand('file:///a', 'api.example', 'comment');
  await permissions.allowCommand('file:///a', 'other.example', 'commit message');
  assert.ok(permissions.mayCommandSend('file:///a', 'api.example', 'comment'));
  assert.ok(!permissions.mayCommandSend('file:///a', 'api.example', 'commit message'));
  assert.ok(!permissions.mayCommandSend('file:///b', 'api.example', 'comment'));
  await permissions.forget('file:///a');
  assert.ok(!permissions.mayCommandSend('file:///a', 'api.example', 'comment'));
});

test('forgetting a folder keeps the others, and forgetting all keeps foreign entries', async () => {
  const kept = memory();
  const permissions = new Permissions(kept, () => {});
  await permissions.allow('file:///a', 'h');
  await permissions.setFolder('file:///a', false);
  assert.ok(!permissions.isOn('file:///a') && permissions.isOn('file:///b'));
  await permissions.allow('file:///ab', 'h');
  await kept.update('said', true);
  await permissions.forget('file:///a');
  assert.ok(!permissions.mayCall('file:///a', 'h') && permissions.isOn('file:///a'));
  assert.ok(permissions.mayCall('file:///ab', 'h'));
  await permissions.forget(undefined);
  assert.deepEqual(kept.keys(), ['said']);
});

test('a key is checked by its form only', () => {
  assert.equal(keyProblem('  '), 'empty');
  assert.equal(keyProblem('sk-ant two words here'), 'spaces');
  assert.equal(keyProblem('sk-ant-\u200bhidden-sign-here'), 'characters');
  assert.equal(keyProblem('sk-ant'), 'short');
  assert.equal(keyProblem(` ${'k'.repeat(40)}\n`), undefined);
});

/** A secret storage in memory. `notify` reports a change by another window. */
function secrets() {
  const stored = new Map<string, string>();
  let listener: (event: { key: string }) => void = () => {};
  return {
    stored,
    notify: (key: string) => listener({ key }),
    get: async (name: string) => stored.get(name),
    store: async (name: string, value: string) => void stored.set(name, value),
    delete: async (name: string) => void stored.delete(name),
    onDidChange: (added: typeof listener) => {
      listener = added;
      return { dispose() {} };
    },
  };
}

test('the key is read from the secret storage, trimmed, and again when another window changes it', async () => {
  const kept = secrets();
  let changes = 0;
  const owner = { provider: 'openai', host: 'api.openai.com' };
  const key = new ApiKey(
    kept,
    () => owner,
    () => changes++,
  );
  await key.set('  key-key-key-key-key \n');
  const name = secretName(owner);
  assert.deepEqual([...kept.stored], [[name, 'key-key-key-key-key']]);
  assert.equal(key.value, 'key-key-key-key-key');
  kept.stored.set(name, 'another-another-another');
  kept.notify('another key');
  kept.notify(name);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(key.value, 'another-another-another');
  await key.forget();
  assert.equal(key.value, undefined);
  assert.deepEqual([kept.stored.size, changes], [0, 3]);
});

test('a key holds for one provider at one host', async () => {
  const kept = secrets();
  let owner = { provider: 'openai', host: 'api.openai.com' };
  const key = new ApiKey(
    kept,
    () => owner,
    () => {},
  );
  await key.set('key-of-openai-0123');
  for (const other of [
    { provider: 'openai', host: 'evil.example' },
    { provider: 'mistral', host: 'api.openai.com' },
  ]) {
    owner = other;
    assert.equal(key.value, undefined, 'before anything was read');
    await key.load();
    assert.equal(key.value, undefined);
  }
  owner = { provider: 'openai', host: 'api.openai.com' };
  await key.load();
  assert.equal(key.value, 'key-of-openai-0123');
});

test('a refused key is reported once per episode; other failures only change the status', () => {
  let badKeys = 0;
  const problems = new Problems(
    () => {},
    () => badKeys++,
  );
  problems.report({ code: 'bad-key', message: 'no' });
  problems.report({ code: 'bad-key', message: 'no' });
  assert.equal(badKeys, 1);
  problems.report({ code: 'overloaded', message: 'busy' });
  assert.equal(problems.current?.code, 'overloaded');
  problems.report({ code: 'cancelled', message: '' });
  assert.equal(problems.current?.code, 'overloaded');
  problems.clear();
  assert.equal(problems.current, undefined);
  problems.report({ code: 'bad-key', message: 'no' });
  assert.equal(badKeys, 2);
});
