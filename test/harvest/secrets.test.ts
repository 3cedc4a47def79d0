// Secrets: every rule of the preset fires through our cheap first test, and nothing of a secret is left in the text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintSource } from '@secretlint/core';
import { preFilters, presetRules, ruleOptions, shortId } from '../../src/harvest/secret-rules.ts';
import { findSecrets, maskSecrets } from '../../src/harvest/secrets.ts';
import { noise, ownSamples, pem, samples } from './samples.ts';

/** secretlint's own engine with all rules and no first test: what we are held against. */
async function reported(text: string, path: string): Promise<{ rule: string; message: string }[]> {
  const rules = presetRules
    .filter((rule) => shortId(rule.meta.id) !== 'filter-comments')
    .map((rule) => ({ id: rule.meta.id, rule, options: ruleOptions[shortId(rule.meta.id)] ?? {} }));
  const { messages } = await lintSource({
    source: { content: text, filePath: path, ext: path.slice(path.lastIndexOf('.')), contentType: 'text' },
    options: { config: { rules } as never, noPhysicFilePath: false },
  });
  return messages.map((message) => ({ rule: shortId(message.ruleId), message: message.messageId }));
}

test('the table has a row for every rule of the preset, and no other', () => {
  assert.deepEqual(Object.keys(preFilters).sort(), presetRules.map((rule) => shortId(rule.meta.id)).sort());
});

test('there is a sample of every kind of message of every rule', () => {
  for (const rule of presetRules) {
    const id = shortId(rule.meta.id);
    if (id === 'filter-comments') continue;
    const kinds = Object.keys(rule.messages)
      // A .p12 file is left out by its name and never read.
      .filter((kind) => kind !== 'PrivateKeyP12');
    if (id === 'vercel') assert.equal(kinds.length, samples.filter((sample) => sample.rule === id).length);
    else
      for (const kind of kinds)
        assert.ok(
          samples.some((s) => s.rule === id && s.message === kind),
          `${id} ${kind}`,
        );
  }
});

for (const { rule, message, path, text, secret } of samples) {
  test(`${rule} ${message} ${secret.slice(0, 5)}: fires with and without the first test, and is masked`, async () => {
    assert.ok(
      (await reported(text, path)).some(
        (found) => found.rule === rule && (rule === 'vercel' || found.message === message),
      ),
      'the sample is none for secretlint itself',
    );
    assert.equal(preFilters[rule]?.(text, path), true);
    const masked = maskSecrets(text, path);
    assert.ok(masked.count >= 1);
    assert.ok(!masked.text.includes(secret), masked.text);
    assert.equal(masked.text.length, text.length);
    // Nothing of it: no 6 characters in a row.
    for (let i = 0; i + 6 <= secret.length; i++) assert.ok(!masked.text.includes(secret.slice(i, i + 6)), masked.text);
  });
}

/** Whether the rule itself reports anything: without secretlint's engine, which is slow, and without our first test. */
function fires(rule: (typeof presetRules)[number], text: string, path: string): boolean {
  let reports = 0;
  const context = { createTranslator: () => () => ({}), report: () => reports++, ignore() {}, sharedOptions: {} };
  const source = { content: text, filePath: path, ext: path.slice(path.lastIndexOf('.')) };
  rule.create(context as never, ruleOptions[shortId(rule.meta.id)] ?? {}).file?.(source as never);
  return reports > 0;
}

test('the first test never hides what a rule would report, whatever stands around and inside', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const around = ['', ' ', '"', "'", '\n', 'x', '_', '-', 'é', '://', '=', ': ', '\u{1f600}', '\\u0041', 'KEY=', '@'];
  const pick = () => around[random(around.length)] ?? '';
  let fired = 0;
  for (let round = 0; round < 1500; round++) {
    const { text, path } = samples[random(samples.length)] as (typeof samples)[number];
    let mutated = text;
    for (let edits = random(3); edits > 0; edits--) {
      const at = random(mutated.length);
      mutated = mutated.slice(0, at) + pick() + mutated.slice(at + random(3));
    }
    mutated = pick() + mutated + pick();
    for (const rule of presetRules) {
      const id = shortId(rule.meta.id);
      if (id === 'filter-comments' || !fires(rule, mutated, path)) continue;
      fired++;
      assert.equal(preFilters[id]?.(mutated, path), true, `${id}: ${JSON.stringify(mutated)}`);
    }
  }
  assert.ok(fired > 500, `only ${fired} reports`);
});

for (const [index, { text, secret, path = 'a.ts' }] of ownSamples.entries()) {
  test(`a rule of ours masks sample ${index}: ${JSON.stringify(text.slice(0, 12))}`, () => {
    const masked = maskSecrets(text, path);
    assert.equal(masked.count, 1);
    assert.ok(!masked.text.includes(secret.slice(0, 10)), masked.text);
    assert.equal(masked.text.length, text.length);
  });
}

test('line ends, offsets and the code around a secret stay as they are', () => {
  const before = 'const url = "postgres://joe:';
  const text = `${before}${noise(12)}@db.example.net/x";\nnext();\n${pem('PRIVATE KEY')}\nlast();\n`;
  const masked = maskSecrets(text, 'a.ts').text;
  assert.match(masked, /^const url = "\*+";\nnext\(\);\n/);
  assert.ok(masked.endsWith('\nlast();\n'));
  assert.equal(masked.split('\n').length, text.split('\n').length);
});

test('a secret is masked everywhere, also where no rule would find it', () => {
  const token = `ghp_${noise(36)}`;
  assert.equal(maskSecrets(`a("${token}")\nb(x${token}y)`, 'a.ts').text.includes(noise(36)), false);
});

test('comments that switch secretlint off do not switch masking off', () => {
  const text = `// secretlint-disable\nconst a = "ghp_${noise(36)}"; // secretlint-disable-line\n`;
  assert.equal(maskSecrets(text, 'a.ts').count, 1);
});

test('ordinary code and prose is left alone', () => {
  const harmless = [
    'const token = tokenizer.encode("a long text without any number in it");',
    'const secretName = "my-application-secret-name";',
    'apiKey: process.env.API_KEY_FOR_PRODUCTION_2',
    'password: "correct-horse-battery-staple"',
    'redis://localhost:6379/0 and https://example.org:8080/a@b',
    ['postgres://$', '{USER}:$', '{PASSWORD}@localhost/db'].join(''),
    "if (text.startsWith('-----BEGIN PRIVATE KEY-----')) parse(text); // then it goes on and on and on for a while here",
    'AKIAIOSFODNN7EXAMPLE',
    'https://registry.npmjs.org/@scope/name',
  ];
  for (const text of harmless) assert.deepEqual(findSecrets(text, 'a.ts'), [], text);
});
