// The selection of the base model: obstacles, the overriding setting, and the stored timings.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Base, type Circumstances, chooseBase, type Obstacle } from '../../../src/specialist/engine/choice.ts';
import { readTimings, storeTiming, timingKey } from '../../../src/specialist/engine/timings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const base = (name: string): Base => ({
  name,
  folder: `/${name}`,
  tokenizer: '/t.json',
  weights: name,
});
const [small, medium, large] = [base('small'), base('medium'), base('large')];
const fast = { lineMs: 62, promptMs: 340 };

function choose(over: Partial<Circumstances> = {}): { readonly name: string; readonly reason: unknown } {
  const { base: chosen, reason } = chooseBase({
    bases: [small, medium],
    setting: 'auto',
    timingOf: () => fast,
    obstacle: undefined,
    mayHold: () => true,
    ...over,
  });
  return { name: chosen.name, reason };
}

const instead = (obstacle: Obstacle, of = 'medium') => ({ name: 'small', reason: { kind: 'instead', of, obstacle } });

test('a single shipped base is selected without asking anything', () => {
  const asked = () => assert.fail('asked');
  const only = { name: 'small', reason: { kind: 'only' } };
  assert.deepEqual(choose({ bases: [small], timingOf: asked, mayHold: asked }), only);
});

test('the medium base is selected if a line takes at most 400 ms, whatever a new prompt takes', () => {
  assert.deepEqual(choose(), { name: 'medium', reason: { kind: 'in-time', timing: fast } });
  const times = [
    [400, 500, 'medium'],
    [400.1, 500, 'small'],
    [400, 5000, 'medium'],
  ] as const;
  for (const [lineMs, promptMs, name] of times) {
    assert.equal(choose({ timingOf: () => ({ lineMs, promptMs }) }).name, name);
  }
  const timing = { lineMs: 410, promptMs: 300 };
  assert.deepEqual(choose({ timingOf: () => timing }), instead({ kind: 'slow', timing }));
});

test('an untimed base is not selected', () => {
  assert.deepEqual(choose({ timingOf: () => undefined }), instead({ kind: 'untimed' }));
});

test('an obstacle is reported, and only a base that would be selected is locked', () => {
  const held: string[] = [];
  const mayHold = ({ name }: Base) => {
    held.push(name);
    return false;
  };
  const obstacle = { kind: 'no-folder' } as const;
  assert.deepEqual(choose({ obstacle, mayHold }), instead(obstacle));
  assert.deepEqual(choose({ timingOf: () => ({ lineMs: 1e3, promptMs: 1e3 }), mayHold }).name, 'small');
  assert.deepEqual(held, []);
  assert.deepEqual(choose({ mayHold }), instead({ kind: 'elsewhere' }));
  assert.deepEqual(held, ['medium']);
});

test('the largest fast base of three is selected', () => {
  const bases = [small, medium, large];
  assert.equal(choose({ bases }).name, 'large');
  const timingOf = ({ name }: Base) => (name === 'large' ? { lineMs: 500, promptMs: 900 } : fast);
  assert.equal(choose({ bases, timingOf }).name, 'medium');
  const none = choose({ bases, timingOf: () => ({ lineMs: 500, promptMs: 900 }) });
  assert.deepEqual(none, instead({ kind: 'slow', timing: { lineMs: 500, promptMs: 900 } }, 'large'));
});

test('a named base is selected untimed, but not while another window holds it', () => {
  assert.deepEqual(choose({ setting: 'medium', timingOf: () => undefined }), {
    name: 'medium',
    reason: { kind: 'named' },
  });
  assert.deepEqual(choose({ setting: 'small' }), { name: 'small', reason: { kind: 'named' } });
  assert.deepEqual(choose({ setting: 'medium', mayHold: () => false }), instead({ kind: 'elsewhere' }));
});

test('a window without a folder selects the small base even if the setting names another', () => {
  const obstacle = { kind: 'no-folder' } as const;
  const mayHold = () => assert.fail('asked');
  assert.deepEqual(choose({ setting: 'medium', obstacle, mayHold }), instead({ kind: 'no-folder' }));
  assert.deepEqual(choose({ setting: 'small', obstacle, mayHold }), { name: 'small', reason: { kind: 'named' } });
});

test('a path selects the package there, and a missing or broken package is reported', () => {
  const own = base('own');
  assert.deepEqual(choose({ setting: '/own', baseAtPath: { base: own } }), { name: 'own', reason: { kind: 'named' } });
  const why = 'The model cannot be read.';
  const broken = choose({ setting: '/own', baseAtPath: { why } });
  assert.deepEqual(broken, { name: 'small', reason: { kind: 'not-found', setting: '/own', why } });
  const absent = choose({ bases: [small], setting: 'medium' });
  assert.deepEqual(absent, { name: 'small', reason: { kind: 'not-found', setting: 'medium', why: '' } });
});

const storage = temporaryFolder();
const measured = { ...fast, at: 1 };

test('timings are stored by model, engine, threads and processor', () => {
  assert.equal(readTimings(storage).size, 0);
  const keys = [
    timingKey('a'.repeat(64), 'own', 2, 'Zen'),
    timingKey('b'.repeat(64), 'own', 2, 'Zen'),
    timingKey('a'.repeat(64), 'gguf', 2, 'Zen'),
    timingKey('a'.repeat(64), 'own', 3, 'Zen'),
    timingKey('a'.repeat(64), 'own', 2, 'Core'),
  ];
  assert.equal(new Set(keys).size, keys.length);
  for (const [i, key] of keys.entries()) storeTiming(storage, key, { ...measured, at: i + 1 });
  assert.deepEqual([...readTimings(storage).keys()].sort(), [...keys].sort());
  assert.equal(timingKey('a', 'own', 2), timingKey('a', 'own', 2));
  for (let i = 0; i < 30; i++) storeTiming(storage, `more ${i}`, { ...measured, at: 100 + i });
  assert.ok(readTimings(storage).size <= 20);
  assert.ok(readTimings(storage).has('more 29'));
});

test('a damaged file or one of another version reads as empty, and invalid rows are skipped', () => {
  const file = join(storage, 'timings.json');
  for (const text of ['', '{', '[]', 'null', '{"version":2,"rows":{}}', '{"version":1}', '{"version":1,"rows":3}']) {
    writeFileSync(file, text);
    assert.equal(readTimings(storage).size, 0, text);
  }
  const rows = { good: measured, bad: { ...measured, lineMs: -1 }, none: null, text: 'x' };
  writeFileSync(file, JSON.stringify({ version: 1, rows }));
  assert.deepEqual([...readTimings(storage)], [['good', measured]]);
  storeTiming(storage, 'new', measured);
  assert.match(readFileSync(file, 'utf8'), /"new"/);
});
