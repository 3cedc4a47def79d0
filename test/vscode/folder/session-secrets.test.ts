// What a session knows of its folder's secrets, from three sides, and what is redacted with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../../src/common/log.ts';
import { mappedLog } from '../../../src/common/log.ts';
import { SessionSecrets } from '../../../src/vscode/folder/session-secrets.ts';
import { noise } from '../../workspace/files/samples.ts';

const onDisk = noise(30);
const typed = noise(24, 'QwErTy0987asdfZXcv');

test('nothing may be sent before the folder was read; without a folder there is nothing to read', async () => {
  const secrets = new SessionSecrets(true);
  assert.equal(secrets.isComplete, false);
  await secrets.add([]);
  assert.equal(secrets.isComplete, true);
  assert.equal(new SessionSecrets(false).isComplete, true);
  secrets.dispose();
  assert.equal(secrets.isComplete, false);
});

test('what the harvest, a saved file and an open document know is redacted in texts, paths and the log', async () => {
  const secrets = new SessionSecrets(true);
  await secrets.add([onDisk]);
  const open = await secrets.learnOpen('src/a.ts', `const password = "${typed}"; use("${onDisk}");`);
  assert.ok(open.hasNewSecret);
  assert.ok(!open.text.includes(typed) && !open.text.includes(onDisk));
  assert.equal((await secrets.learnOpen('src/a.ts', `const password = "${typed}";`)).hasNewSecret, false);
  assert.ok(!(await secrets.text(`call("${typed}")`, 'src/b.ts')).includes(typed));
  assert.equal(await secrets.path(`x/${onDisk}.ts`), `x/${'*'.repeat(30)}.ts`);
  assert.equal(secrets.line(`cannot read ${typed} and ${onDisk}`).includes(onDisk.slice(4, 20)), false);
  (await secrets.values()).add(noise(40));
  assert.ok(!(await secrets.text(`x ${noise(40)}`, 'c.md')).includes(noise(40)));
});

test('secrets of a closed document stay known until the session ends', async () => {
  const secrets = new SessionSecrets(true);
  await secrets.learnOpen('src/a.ts', `const password = "${typed}";`);
  secrets.closed('src/a.ts');
  assert.ok(!(await secrets.text(`call(${typed})`, 'src/b.ts')).includes(typed));
  secrets.dispose();
  assert.ok((await secrets.text(`call(${typed})`, 'src/b.ts')).includes(typed));
});

test('a secret that came in one piece is reported as new at the next pause', async () => {
  const secrets = new SessionSecrets(true);
  await secrets.learnOpen('src/a.ts', '');
  const text = `const password = "${typed}";`;
  await secrets.changed('src/a.ts', text, [{ text, rangeLength: 0 }]);
  assert.equal((await secrets.learnOpen('src/a.ts', text)).hasNewSecret, true);
  assert.equal((await secrets.learnOpen('src/a.ts', text)).hasNewSecret, false);
});

test('a mapped log maps causes as well', () => {
  const lines: string[] = [];
  const keep = (line: string) => lines.push(line);
  const log: Log = { debug: keep, info: keep, warn: keep, error: (message, error) => keep(`${message}|${error}`) };
  const mapped = mappedLog(log, (line) => line.replaceAll('hush', '****'));
  mapped.info('a hush');
  mapped.error('failed', new Error('no hush'));
  assert.deepEqual(lines, ['a ****', 'failed: no ****|undefined']);
});

test('a text is redacted at once in its length, and as a whole before the rules are loaded', async () => {
  const secrets = new SessionSecrets(true);
  assert.equal(secrets.textNow('plain', 'a.ts'), '*****');
  await secrets.add([onDisk]);
  assert.equal(secrets.textNow(`use("${onDisk}");`, 'a.ts'), `use("${'*'.repeat(onDisk.length)}");`);
});
