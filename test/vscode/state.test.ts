// Snooze, permissions, API keys, and the status of the large model's failures.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { systemClock } from '../../src/common/clock.ts';
import { ApiKey, keyProblem, secretName } from '../../src/vscode/api/api-key.ts';
import { Permissions } from '../../src/vscode/api/permissions.ts';
import { Problems } from '../../src/vscode/api/problems.ts';
import { Snooze } from '../../src/vscode/completion/snooze.ts';
import { memory } from './memory.ts';

test('a snooze ends by itself, by hand, or with the session', (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.after(() => mock.timers.reset());
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
});

const [a, b] = ['file:///a', 'file:///b'];
/** What the user does in the folders a and b, and what a folder may then do, by host or command. */
const consents: readonly {
  readonly name: string;
  /** A method of Permissions, the folder and what else it takes. */
  readonly does: readonly string[];
  readonly may?: readonly string[];
  readonly declined?: readonly string[];
  readonly commands?: readonly string[];
}[] = [
  { name: 'consent holds for one folder and one host', does: ['allow a one'], may: ['a one'] },
  {
    name: 'a declined host loses its consent, and no other does',
    does: ['allow a one', 'allow a two', 'decline a one'],
    ...{ may: ['a two'], declined: ['a one'] },
  },
  { name: 'consent withdraws a refusal', does: ['decline a one', 'allow a one'], may: ['a one'] },
  {
    name: 'stopping withdraws the consent for every host of the folder',
    does: ['allow a one', 'allow a two', 'allow b one', 'declineAll a'],
    ...{ may: ['b one'], declined: ['a one', 'a two'] },
  },
  {
    name: 'consent to a command holds for one folder, host and command',
    does: ['allowCommand a one comment', 'allowCommand a two answer'],
    commands: ['a one comment', 'a two answer'],
  },
  {
    name: 'forgetting a folder forgets all of it, and nothing of others',
    does: ['allow a one', 'decline a two', 'allowCommand a one comment', 'allow b one', 'forget a'],
    may: ['b one'],
  },
];
for (const { name, does, may = [], declined = [], commands = [] } of consents)
  test(name, async () => {
    const permissions = new Permissions(memory(), () => {});
    for (const [method = '', folder, ...args] of does.map((each) => each.split(' '))) {
      const run = permissions[method as keyof Permissions] as (...args: string[]) => unknown;
      await run.call(permissions, `file:///${folder}`, ...args);
    }
    const places = [a, b].flatMap((key) =>
      ['one', 'two'].map((host) => ({ key, host, name: `${key.at(-1)} ${host}` })),
    );
    const namesWhere = (holds: (key: string, host: string) => boolean) =>
      places.filter(({ key, host }) => holds(key, host)).map((place) => place.name);
    const actual = namesWhere((key, host) => permissions.mayCall(key, host));
    assert.deepEqual(actual, may);
    const found = namesWhere((key, host) => permissions.hasDeclined(key, host));
    assert.deepEqual(found, declined);
    for (const key of [a, b])
      assert.equal(
        permissions.mayCallAny(key),
        may.some((place) => place.startsWith(`${key.at(-1)}`)),
      );
    const allowed = places.flatMap((place) =>
      ['comment', 'answer']
        .filter((command) => permissions.mayCommandSend(place.key, place.host, command))
        .map((command) => `${place.name} ${command}`),
    );
    assert.deepEqual(allowed, commands);
  });

test('forgetting all switches folders on again, and keeps what is not of permissions', async () => {
  const kept = memory();
  const permissions = new Permissions(kept, () => {});
  await permissions.setFolder(a, false);
  assert.ok(!permissions.isOn(a) && permissions.isOn(b));
  await kept.update('said', true);
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
