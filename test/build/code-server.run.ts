// Where a registry cannot be reached, one sentence says which tests cannot run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { INSTALL_VARIABLE } from '../../build/debian.ts';
import { root } from '../../build/paths.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const cache = temporaryFolder();

/** The message of an installation in a process with this environment. */
function message(module: string, call: string, environment: Readonly<Record<string, string>>): string {
  const path = JSON.stringify(join(root, 'build', module));
  const source = `const module = await import(${path}); await module.${call}.catch(({ message }) => console.log(message));`;
  const env = { ...process.env, EASY_ADAPTATION_CACHE: cache, ...environment };
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', env }).stdout;
}

// Nobody listens there.
const nowhere = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0', npm_config_cache: cache };

test('says in one sentence that code-server needs the npm registry, and leaves nothing', () => {
  const [first = ''] = message('code-server.ts', 'needCodeServer()', nowhere).split('\n');
  const expected =
    process.platform === 'win32'
      ? /^code-server does not run on Windows/
      : /^code-server [\d.]+ could not be installed\. The tests of parts host and e2e can run once the npm registry can be/;
  assert.match(first, expected);
  const actual = readdirSync(cache).filter((name) => name.startsWith('code-server'));
  assert.deepEqual(actual, []);
});

test('a unit test that needs an installation says where it belongs', () => {
  const refused = { [INSTALL_VARIABLE]: 'never', PATH: '', CHROMIUM_PATH: '' };
  const text = message('debian.ts', "needPackages(['chromium'])", refused);
  assert.match(text, /^Unit tests install nothing, and this one needs chromium: name its file \.run\.ts\.\n$/);
});
