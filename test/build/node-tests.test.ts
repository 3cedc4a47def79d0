// The summary of `npm test`: every test that did not pass is named, with a command that repeats it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Outcome, repeatCommand, testConcurrency } from '../../build/node-tests.ts';
import { root } from '../../build/paths.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = realpathSync.native(temporaryFolder());

const files: Readonly<Record<string, string>> = {
  'test/a.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
test('passes', () => {});
test("fails at 'a' (and $b)", () => assert.fail());
test('outer', (t) => t.test('inner', () => assert.fail()));
test('skipped', (t) => t['skip']());
`,
  'test/b.test.ts': "throw new Error('cannot be loaded');\n",
};

// A test process runs no others, so this is a process of its own.
const script = `
import { runNodeTests } from ${JSON.stringify(join(root, 'build/node-tests.ts'))};
const options = { cwd: process.cwd(), concurrency: 2, independent: process.argv[2] === 'independent' };
const outcome = await runNodeTests(${JSON.stringify(Object.keys(files))}, options);
console.log('\\n' + JSON.stringify(outcome));
`;

function outcome(mode: string): Outcome {
  mkdirSync(join(folder, 'test'), { recursive: true });
  for (const [path, text] of Object.entries({ ...files, 'main.ts': script })) writeFileSync(join(folder, path), text);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--disable-warning=ExperimentalWarning', 'main.ts', mode];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
  const [json = ''] = stdout.trimEnd().split('\n').slice(-1);
  assert.match(json, /^\{/, stderr);
  return JSON.parse(json);
}

test('names failed, skipped and unloadable tests, and the command that repeats each', () => {
  const { passed, failures } = outcome('independent');
  assert.equal(passed, 1);
  assert.deepEqual(Object.fromEntries(failures.map(({ name, repeat }) => [name, repeat])), {
    "test/a.test.ts: fails at 'a' (and $b)": String.raw`npx node --test --test-name-pattern='^fails at '\''a'\'' \(and \$b\)$' test/a.test.ts`,
    'test/a.test.ts: inner': 'npx node --test test/a.test.ts',
    'test/a.test.ts: skipped (skipped)': "npx node --test --test-name-pattern='^skipped$' test/a.test.ts",
    'test/b.test.ts': 'npx node --test test/b.test.ts',
  });
});

test('repeats a whole file where its tests need those before them', () => {
  const repeats = outcome('in order').failures.map(({ repeat }) => repeat);
  const file = 'npx node --test test/a.test.ts';
  assert.deepEqual(repeats.sort(), [file, file, file, 'npx node --test test/b.test.ts']);
});

test('a command finds the test with its name, and no other', () => {
  assert.equal(repeatCommand('test/x y.test.ts'), "npx node --test 'test/x y.test.ts'");
  const command = repeatCommand('test/a.test.ts', 'a/b [c] {d} | e+f? \\ *');
  const [, pattern = ''] = /--test-name-pattern='(.*)' /.exec(command) ?? [];
  assert.match('a/b [c] {d} | e+f? \\ *', new RegExp(pattern));
});

test('runs a file for each core, fewer where the memory is small, and at least one', () => {
  assert.deepEqual([testConcurrency(2, 8e9), testConcurrency(16, 64e9)], [2, 16]);
  assert.deepEqual([testConcurrency(16, 8e9), testConcurrency(1, 64e9), testConcurrency(4, 1e9)], [4, 1, 1]);
});
