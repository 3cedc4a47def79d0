// The table of settings and package.json say the same; what a user may write wrongly breaks nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkBaseUrl, isLanguageEnabled, readSettings, settingRows } from '../../src/host/settings.ts';

interface Property {
  readonly type: string;
  readonly default: unknown;
  readonly scope: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly markdownDescription: string;
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const words = JSON.parse(readFileSync(new URL('../../package.nls.json', import.meta.url), 'utf8'));
const properties: Record<string, Property> = manifest.contributes.configuration.properties;

test('every row of the table is in package.json, word for word, and nothing else is', () => {
  assert.deepEqual(
    Object.keys(properties).sort(),
    Object.keys(settingRows)
      .map((key) => `easyAdaptation.${key}`)
      .sort(),
  );
  for (const [key, row] of Object.entries(settingRows)) {
    const property = properties[`easyAdaptation.${key}`] as Property;
    const { type, default: fallback, scope, minimum, maximum, enum: values } = property;
    const { restricted: _, ...expected } = row;
    const limits = { ...(minimum !== undefined && { minimum, maximum }), ...(values && { values }) };
    assert.deepEqual({ type, default: fallback, scope, ...limits }, expected, key);
  }
});

test('what names a URL, a path or a model is ignored in an untrusted workspace, and the address in any workspace', () => {
  const restricted = Object.entries(settingRows).filter(([, row]) => row.restricted);
  assert.deepEqual(
    manifest.capabilities.untrustedWorkspaces.restrictedConfigurations,
    restricted.map(([key]) => `easyAdaptation.${key}`),
  );
  assert.ok(settingRows.baseUrl.restricted && settingRows.baseUrl.scope === 'application');
});

test('every %key% of package.json has its text, and every text is used', () => {
  const used = new Set([...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]));
  assert.deepEqual([...used].sort(), Object.keys(words).sort());
});

test('wrong types fall back to the default, numbers are pulled into their limits', () => {
  const values: Record<string, unknown> = {
    balance: 7,
    apiTimeout: 'soon',
    enable: { markdown: 'no' },
    exclude: ['**/x'],
    localOnly: 'yes',
    model: '  claude-x  ',
    apiBudget: Number.NaN,
    showBar: -1,
    neuralDevice: 'tpu',
    neuralPrecision: 'int8',
    neuralThreads: 1000,
  };
  const settings = readSettings((key) => values[key]);
  assert.equal(settings.balance, 1);
  assert.equal(settings.apiTimeout, settingRows.apiTimeout.default);
  assert.deepEqual(settings.enable, { '*': true });
  assert.deepEqual(settings.exclude, {});
  assert.equal(settings.localOnly, false);
  assert.equal(settings.model, 'claude-x');
  assert.equal(settings.apiBudget, 1);
  assert.equal(settings.showBar, 0);
  assert.equal(settings.neuralDevice, 'auto');
  assert.equal(settings.neuralPrecision, 'int8');
  assert.equal(settings.neuralThreads, 64);
});

test('a language is on by its own entry, else by *, else by default', () => {
  assert.equal(isLanguageEnabled({ '*': false, markdown: true }, 'markdown'), true);
  assert.equal(isLanguageEnabled({ '*': false, markdown: true }, 'python'), false);
  assert.equal(isLanguageEnabled({}, 'python'), true);
});

test('an address is https, or http on this machine alone', () => {
  assert.deepEqual(checkBaseUrl(''), { url: undefined });
  assert.deepEqual(checkBaseUrl('https://proxy.example/v1'), { url: 'https://proxy.example/v1' });
  assert.deepEqual(checkBaseUrl('http://127.0.0.1:8080'), { url: 'http://127.0.0.1:8080' });
  assert.deepEqual(checkBaseUrl('http://[::1]:8080'), { url: 'http://[::1]:8080' });
  assert.equal(checkBaseUrl('http://proxy.example').problem, 'insecure');
  assert.equal(checkBaseUrl('http://127.0.0.1.evil.example').problem, 'insecure');
  assert.equal(checkBaseUrl('ftp://x').problem, 'invalid');
  assert.equal(checkBaseUrl('not a url').problem, 'invalid');
});
