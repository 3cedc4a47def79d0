// The table of settings equals package.json, and invalid values are ignored.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contributedSettings } from '../../build/contributed-settings.ts';
import { checkBaseUrl } from '../../src/llm/protocol/guard.ts';
import { completionSettings } from '../../src/vscode/folder/folder-session.ts';
import { isLanguageEnabled, type Levels, usersAlone, workspacesFirst } from '../../src/vscode/settings/levels.ts';
import { readSettings, type Settings, settingRows } from '../../src/vscode/settings/settings.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const words = JSON.parse(readFileSync(new URL('../../package.nls.json', import.meta.url), 'utf8'));
test('the table and package.json have the same settings', () => {
  assert.deepEqual(
    Object.keys(contributedSettings).sort(),
    Object.keys(settingRows)
      .map((key) => `easyAdaptation.${key}`)
      .sort(),
  );
  for (const [key, row] of Object.entries(settingRows)) {
    const property = contributedSettings[`easyAdaptation.${key}`];
    assert.ok(property);
    const { type, default: fallback, scope, minimum, maximum, enum: values } = property;
    const { beside: _, ...expected } = row;
    const limits = { ...(minimum !== undefined && { minimum, maximum }), ...(values && { values }) };
    assert.deepEqual({ type, default: fallback, scope, ...limits }, expected, key);
  }
});

test('at most 18 settings', () => assert.ok(Object.keys(settingRows).length <= 18));

const entries = Object.entries(settingRows) as [keyof Settings, (typeof settingRows)[keyof Settings]][];

test('an untrusted workspace can set only minimumConfidence, and no workspace can set a setting of the user', () => {
  const costly = entries.filter(([, { beside }]) => beside !== workspacesFirst).map(([key]) => key);
  const expected = costly.map((key) => `easyAdaptation.${key}`);
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, expected);
  // A new setting that any workspace may set must be added here.
  const actual = entries.filter(([, { beside }]) => beside === workspacesFirst).map(([key]) => key);
  assert.deepEqual(actual, ['minimumConfidence']);
  for (const [key, { beside, scope }] of entries)
    assert.equal(beside === usersAlone, scope === 'application' || scope === 'machine', key);
});

/** The user's value, the workspace's and the effective one, for every setting that a workspace may set. */
const stricter: Partial<
  Record<keyof Settings, readonly (readonly [user: unknown, workspace: unknown, counts: unknown])[]>
> = {
  enable: [
    [{ '*': true }, { markdown: false }, { '*': true, markdown: false }],
    [{ '*': true, markdown: false }, { markdown: true }, { '*': true, markdown: false }],
    [{ '*': false, python: true }, { '*': true }, { '*': false, python: true }],
    [{ '*': true }, { '*': false, python: true }, { '*': false, python: true }],
    [{ '*': true }, { comment: false }, { '*': true, comment: false }],
    [{ '*': true, string: false }, { string: true }, { '*': true, string: false }],
    [{ '*': false, python: true }, { comment: true }, { '*': false, python: true, comment: true }],
  ],
  balance: [
    [0.4, 1, 0.4],
    [0.4, 0.05, 0.05],
    [0.05, 1, 0.05],
  ],
  localOnly: [
    [true, false, true],
    [false, true, true],
  ],
  multiline: [
    [false, true, false],
    [true, false, false],
  ],
  minimumConfidence: [
    [0.3, 0.1, 0.1],
    [0.3, 0.9, 0.9],
  ],
  addMissingImports: [
    [false, true, false],
    [true, false, false],
  ],
  nextEdits: [
    [false, true, false],
    [true, false, false],
  ],
  exclude: [
    [{ '**/private': true }, { '**/private': false }, { '**/private': true }],
    [{ '**/private': true }, { '**/more': true }, { '**/private': true, '**/more': true }],
    [{}, { '**/.git': false }, {}],
  ],
  memory: [
    [3, 64, 3],
    [3, 1, 1],
    [3, 0, 3],
    [0, 1, 1],
  ],
  adaptMinutes: [
    [10, 720, 10],
    [10, 1, 1],
  ],
  adaptBudget: [
    [1, 50, 1],
    [1, 0.1, 0.1],
  ],
};

test('a workspace or a folder in it can only make a setting stricter', () => {
  for (const [key, { beside, default: fallback }] of entries) {
    if (beside === usersAlone) {
      const other = typeof fallback === 'number' ? fallback + 1 : 'fp32';
      const levels = { defaultValue: fallback, workspaceValue: other, workspaceFolderValue: other };
      assert.deepEqual(readSettings((name) => (name === key ? levels : undefined))[key], fallback, key);
      continue;
    }
    const rows = stricter[key];
    assert.ok(rows, `no rows for ${key}`);
    for (const [user, workspace, counts] of rows) {
      const read = (levels: Levels, trusted: boolean) =>
        readSettings((name) => (name === key ? { defaultValue: fallback, ...levels } : undefined), trusted)[key];
      const why = `${key}: ${JSON.stringify([user, workspace])}`;
      assert.deepEqual(read({ globalValue: user, workspaceValue: workspace }, true), counts, why);
      assert.deepEqual(read({ globalValue: user, workspaceFolderValue: workspace }, true), counts, why);
      const actual = read({ globalValue: user, workspaceValue: workspace, workspaceFolderValue: workspace }, true);
      assert.deepEqual(actual, counts, why);
      if (beside === workspacesFirst) continue;
      assert.deepEqual(read({ globalValue: user, workspaceValue: workspace }, false), user, `untrusted, ${why}`);
      assert.deepEqual(read({ globalValue: user, workspaceFolderValue: workspace }, false), user, `untrusted, ${why}`);
      // The stricter value of a workspace and a folder in it counts.
      assert.deepEqual(
        read({ globalValue: user, workspaceValue: user, workspaceFolderValue: workspace }, true),
        counts,
        why,
      );
    }
  }
});

test('a workspace’s value of the wrong type is ignored', () => {
  const levels: Levels = { globalValue: true, workspaceValue: 'no', workspaceFolderValue: null };
  assert.equal(readSettings((key) => (key === 'localOnly' ? levels : undefined)).localOnly, true);
  const infinite: Levels = { globalValue: 0.2, workspaceValue: Number.NaN };
  assert.equal(readSettings((key) => (key === 'balance' ? infinite : undefined)).balance, 0.2);
});

test('every %key% of package.json has its text, and every text is used', () => {
  const used = new Set([...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]));
  assert.deepEqual([...used].sort(), Object.keys(words).sort());
});

/** The user's value, and what counts instead: the default of a wrong type, a number within its limits. */
const coerced: readonly (readonly [key: keyof Settings, value: unknown, counts: unknown])[] = [
  ['balance', 7, 1],
  // Local only is a setting of its own.
  ['balance', 0, 0.05],
  ['apiTimeout', 'soon', settingRows.apiTimeout.default],
  ['enable', { markdown: 'no' }, { '*': true }],
  ['exclude', ['**/x'], {}],
  ['localOnly', 'yes', false],
  ['model', '  claude-x  ', 'claude-x'],
  ['apiBudget', Number.NaN, 1],
  ['minimumConfidence', -1, 0],
  ['device', 'tpu', 'auto'],
  ['memory', 1000, 64],
];
test('wrong types fall back to the default, numbers are clamped', () => {
  for (const [key, globalValue, counts] of coerced)
    assert.deepEqual(readSettings((name) => (name === key ? { globalValue } : undefined))[key], counts, key);
});

test('completions are off in the parts of documents that are switched off, in whatever language', () => {
  const offIn = (enable: Record<string, boolean>) =>
    completionSettings(
      readSettings((key) => (key === 'enable' ? { globalValue: enable } : undefined)),
      true,
    ).offIn;
  assert.deepEqual(offIn({}), []);
  assert.deepEqual(offIn({ comment: false }), ['comment']);
  assert.deepEqual(offIn({ '*': false, python: true, comment: true, string: false }), ['string']);
});

test('a language is enabled by its own entry, else by *, else by default; * is no part of documents', () => {
  for (const [enable, id, isEnabled] of [
    [{ '*': false, markdown: true }, 'markdown', true],
    [{ '*': false, markdown: true }, 'python', false],
    [{}, 'python', true],
    [{ '*': false, python: true }, 'comment', true],
    [{ comment: false }, 'python', true],
    [{ comment: false }, 'comment', false],
  ] as const)
    assert.equal(isLanguageEnabled(enable, id), isEnabled, `${JSON.stringify(enable)} ${id}`);
});

test('an address must be https, or http on this machine', () => {
  assert.deepEqual(checkBaseUrl(''), { url: undefined });
  assert.deepEqual(checkBaseUrl('https://proxy.example/v1'), { url: 'https://proxy.example/v1' });
  assert.deepEqual(checkBaseUrl('http://127.0.0.1:8080'), { url: 'http://127.0.0.1:8080' });
  assert.deepEqual(checkBaseUrl('http://[::1]:8080'), { url: 'http://[::1]:8080' });
  assert.equal(checkBaseUrl('http://proxy.example').problem, 'insecure');
  assert.equal(checkBaseUrl('http://127.0.0.1.evil.example').problem, 'insecure');
  assert.equal(checkBaseUrl('ftp://x').problem, 'invalid');
  assert.equal(checkBaseUrl('not a url').problem, 'invalid');
  for (const login of ['joe:secret@', 'joe@', ':secret@'])
    assert.deepEqual(checkBaseUrl(`https://${login}proxy.example/v1`), { url: undefined, problem: 'credentials' });
});
