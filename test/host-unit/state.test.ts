// Snooze, permissions, the key, and the API's one quiet status.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { systemClock } from '../../src/common/clock.ts';
import { ApiKey, keyProblem, secretName } from '../../src/host/api/api-key.ts';
import { Permissions } from '../../src/host/api/permissions.ts';
import { Problems } from '../../src/host/api/problems.ts';
import { Snooze } from '../../src/host/completion/snooze.ts';

function memory() {
  const values = new Map<string, unknown>();
  return {
    values,
    get: <T>(key: string) => values.get(key) as T | undefined,
    keys: () => [...values.keys()],
    update: async (key: string, value: unknown) => {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
    },
  };
}

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
    snooze.start('restart');
    mock.timers.tick(86_400_000);
    assert.equal(snooze.until, Number.POSITIVE_INFINITY);
    snooze.stop();
    assert.equal(snooze.until, undefined);
    snooze.start(30);
    snooze.start(5);
    mock.timers.tick(300_000);
    assert.ok(!snooze.active, 'the second length replaces the first');
  } finally {
    mock.timers.reset();
  }
});

test('consent is for one folder and one host, and can be taken back', async () => {
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
});

test('forgetting a folder leaves the others, forgetting all leaves what is not ours', async () => {
  const kept = memory();
  const permissions = new Permissions(kept, () => {});
  await permissions.allow('file:///a', 'h');
  await permissions.setFolder('file:///a', false);
  await permissions.allow('file:///ab', 'h');
  await kept.update('said:noKey', true);
  await permissions.forget('file:///a');
  assert.ok(!permissions.mayCall('file:///a', 'h') && permissions.isFolderOn('file:///a'));
  assert.ok(permissions.mayCall('file:///ab', 'h'));
  await permissions.forget(undefined);
  assert.deepEqual(kept.keys(), ['said:noKey']);
});

test('a key is judged by its shape alone', () => {
  assert.equal(keyProblem('  '), 'empty');
  assert.equal(keyProblem('sk-ant two words here'), 'spaces');
  assert.equal(keyProblem('sk-ant-\u200bhidden-sign-here'), 'characters');
  assert.equal(keyProblem('sk-ant'), 'short');
  assert.equal(keyProblem(` ${'k'.repeat(40)}\n`), undefined);
});

test('the key is read from the secret storage, trimmed, and again when another window changes it', async () => {
  let stored: string | undefined;
  let tell: (event: { key: string }) => void = () => {};
  let changes = 0;
  const key = new ApiKey(
    {
      get: async () => stored,
      store: async (_, value) => {
        stored = value;
      },
      delete: async () => {
        stored = undefined;
      },
      onDidChange: (listener) => {
        tell = listener;
        return { dispose() {} };
      },
    },
    () => changes++,
  );
  await key.set('  key-key-key-key-key \n');
  assert.equal(stored, 'key-key-key-key-key');
  assert.equal(key.value, stored);
  stored = 'another-another-another';
  tell({ key: 'somebody else' });
  tell({ key: secretName });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(key.value, 'another-another-another');
  await key.clear();
  assert.equal(key.value, undefined);
  assert.equal(changes, 3);
});

test('a refused key is told once per episode; other failures only change the status', () => {
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
