// Only the folder is read: links, pipes, devices and crafted paths, for a whole folder, for one file, and for its
// ignore files.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { harvestFile, ruleOf } from '../../../src/workspace/files/file.ts';
import { harvestFolder } from '../../../src/workspace/files/folder.ts';
import { FolderReader, isInside } from '../../../src/workspace/files/folder-reader.ts';
import { walk } from '../../../src/workspace/files/ignore.ts';
import { yielding } from '../../../src/workspace/files/yielding.ts';
import { type Crafted, craftedFolders, makeCrafted, outsideWord, source } from '../../support/crafted.ts';
import { leftOf, living } from '../../support/processes.ts';
import { Tree } from '../../support/tree.ts';

const made = (crafted: Crafted = { make: () => {} }) => makeCrafted(crafted, new Tree().root);

for (const [name, crafted] of Object.entries(craftedFolders)) {
  for (const trusted of [true, false]) {
    test(`${name} (${trusted ? 'git' : 'walk'}): reads the whole folder and nothing outside it`, async () => {
      const { root, outside } = made(crafted);
      const memory = process.memoryUsage().rss;
      const harvested = await harvestFolder(root, { trusted });
      assert.ok(harvested.ok);
      const { files, report } = harvested.value;
      if (crafted.withoutGit) assert.equal(report.usedGit, false);
      assert.ok(files.every(({ text }) => !text.includes(outsideWord)));
      assert.ok(files.every(({ path }) => isInside(path)));
      const expected = ['kept.ts', 'src/kept.ts'].filter((path) => !crafted.leftOut?.includes(path));
      const paths = files.map(({ path }) => path).filter((path) => path.endsWith('kept.ts'));
      assert.deepEqual(paths, expected);

      const way = relative(root, outside).replaceAll('\\', '/');
      for (const inner of [`${way}/`, 'e/', 'e/deep/', '', 'deep/', 'src/out/']) {
        const path = `${inner}plan.ts`;
        const alone = await harvestFile(root, path, { trusted });
        assert.equal(alone.ok && alone.value.file, undefined, path);
      }
      for (const path of ['kept.ts', 'src/kept.ts']) {
        const alone = await harvestFile(root, path, { trusted });
        assert.equal(alone.ok && alone.value.file?.path, expected.includes(path) ? path : undefined, path);
        assert.equal((await ruleOf(root, path, { trusted })) === 'off', !expected.includes(path), path);
      }
      assert.ok(process.memoryUsage().rss - memory < 200e6, 'nothing without an end was read');
    });
  }
}

test('rejects paths that may not name a file below the folder', () => {
  const inside = 'a.ts src/a.ts .gitignore src/.github/x.yml x..y/...ts :odd.ts git~2/x aux.ts'.split(' ');
  const outside = '/ /a a/ a//b . ./a .. ../a a/../b a/.. .git .git/config'.split(' ');
  const disguised = '.GIT/config src/.Git .git./config GIT~1/x .g\u200cit/config .git\ufeff/x'.split(' ');
  for (const path of [...inside, 'a b.ts']) assert.equal(isInside(path, 'linux'), true, path);
  for (const path of [...outside, ...disguised, '', 'a\0b', '.git /config'])
    assert.equal(isInside(path, 'linux'), false, path);
  const windows =
    'C:/x c:x a\\..\\..\\b \\\\host\\share a.ts:stream a.ts::$DATA con src/NUL.ts aux.ts com1.txt lpt¹ conin$ a./b name. :odd.ts';
  for (const path of [...windows.split(' '), 'a /b']) assert.equal(isInside(path, 'win32'), false, path);
  for (const path of ['a.ts', 'src/console.ts', 'com10.ts', 'nullable.ts', 'a.b.c/d e.ts'])
    assert.ok(isInside(path, 'win32'), path);
});

test('reads the new file if an editor replaces it before it is opened', async () => {
  const { root } = made();
  let swapped = false;
  const beforeOpen = (path: string) => {
    if (swapped || !path.endsWith('/kept.ts')) return;
    swapped = true;
    writeFileSync(`${path}.new`, source('pier'));
    renameSync(`${path}.new`, path);
  };
  const alone = await harvestFile(root, 'kept.ts', {}, { hooks: { beforeOpen } });
  assert.equal(alone.ok && alone.value.file?.text, source('pier'));
});

test('lists a limited number of entries of a huge folder, applies its ignore file, and reports the rest', async () => {
  const { root } = made();
  for (let i = 0; i < 40; i++) writeFileSync(join(root, `src/many${i}.ts`), `export const many${i} = ${i};\n`);
  writeFileSync(join(root, 'src/.gitignore'), 'many*\n');
  const reader = await FolderReader.open(root);
  assert.equal((await reader.list('src', 10))?.length, 10);
  const { files, leftOut } = await walk(reader, 20, yielding());
  assert.ok(files.every((path) => !path.includes('many')));
  const actual = leftOut.filter(([, reason]) => reason === 'over-limit');
  assert.deepEqual(actual, [['src/', 'over-limit']]);
});

test('an unresponsive drive ends the harvest with a message, and is not read again for a while', async () => {
  const { root } = made();
  const hooks = { answerMs: 300, beforeOpen: () => new Promise<void>(() => {}) };
  const before = await FolderReader.open(root, { beforeOpen: () => assert.fail('it was asked again') });
  const whole = await harvestFolder(root, {}, { hooks });
  assert.ok(!whole.ok && whole.error.code === 'unreadable');
  assert.match(whole.error.message, /does not answer\. Check the drive/);
  // Nobody asks it again and waits.
  assert.deepEqual(await before.read('kept.ts', 1000), { leftOut: 'unreadable' });
  await assert.rejects(FolderReader.open(root), /does not answer/);
  const alone = await harvestFile(root, 'kept.ts', {});
  assert.ok(!alone.ok && alone.error.code === 'unreadable');
  assert.equal(await ruleOf(root, 'kept.ts', {}).catch((error) => error.code), 'unreadable');
});

test('applies the first line of an ignore file with a byte order mark', async () => {
  const { root } = made();
  writeFileSync(join(root, '.easyadaptationignore'), '\ufeffsrc/\n');
  const whole = await harvestFolder(root, {});
  assert.deepEqual(whole.ok && whole.value.files.map(({ path }) => path).filter((path) => path.endsWith('.ts')), [
    'kept.ts',
  ]);
});

test('a git process that waits forever ends together with its parent process', async () => {
  const { root } = made(craftedFolders['settings that include a pipe']);
  const code = `import { gitFor } from ${JSON.stringify(resolve(import.meta.dirname, '../../../src/workspace/files/git-command.ts'))};
    void gitFor(process.argv[1])(process.argv[1], ['ls-files']);
    process.stdin.once('data', () => process.exit(0));`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code, root], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const session = owner.pid as number;
  while (!living(session).some(({ args }) => args.endsWith('ls-files'))) await sleep(20);
  owner.stdin.write('\n');
  await once(owner, 'exit');
  assert.deepEqual(await leftOf(session), []);
});

test('opening a pipe of these folders waits, so the test is valid', () => {
  const { root } = made(craftedFolders['ignore files that are pipes']);
  assert.throws(() => execFileSync('cat', [join(root, '.gitignore')], { timeout: 200 }), /ETIMEDOUT/);
});
