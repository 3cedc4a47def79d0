// One saved file alone, by the same rules as the folder; and which files may not be used at all.

import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { excludedAmong, filesBelow, harvestFile, ruleOf } from '../../../src/workspace/files/file.ts';
import { harvestFolder } from '../../../src/workspace/files/folder.ts';
import { code, Tree } from '../../support/tree.ts';
import { noise } from './samples.ts';

let tree: Tree;
beforeEach(() => {
  tree = new Tree({
    '.gitignore': 'ignored.ts\nbuild/\n',
    '.easyadaptationignore': 'private/\n',
    'src/a.ts': `${code('a')}const t = 'ghp_${noise(36)}';\n`,
    'src/b.ts': code('b'),
    'ignored.ts': code('ignored'),
    'build/c.ts': code('c'),
    'private/d.ts': code('d'),
    'excluded/e.ts': code('e'),
    'vendor/f.ts': code('f'),
    '.env': 'A=1',
    'nested/g.ts': code('g'),
    'big.ts': code('big', 200),
    'empty.ts': '',
  });
  symlinkSync('src', tree.at('linked'));
  symlinkSync('src/a.ts', tree.at('link.ts'));
});

const options = { trusted: true, filesExclude: { excluded: true }, maxFileBytes: 5000 };
const outcome = async (path: string) => {
  const result = await harvestFile(tree.root, path, options);
  assert.ok(result.ok);
  return result.value.leftOut ?? 'kept';
};

for (const usesGit of [true, false]) {
  test(`the same verdict as the folder's harvest (${usesGit ? 'git' : 'walk'})`, async () => {
    if (usesGit) {
      tree.git('init', '-q');
      tree.gitIn('nested', 'init', '-q');
    }
    const expected = {
      kept: 'src/a.ts src/b.ts nested/g.ts',
      ignored: 'ignored.ts build/c.ts private/d.ts excluded/e.ts ../outside.ts',
      'not-a-file': 'linked/b.ts link.ts',
      ...{ vendored: 'vendor/f.ts', 'secret-file': '.env', 'too-large': 'big.ts', empty: 'empty.ts', gone: 'gone.ts' },
    };
    const folder = await harvestFolder(tree.root, options);
    assert.ok(folder.ok);
    const inFolder = folder.value.files.map((file) => file.path);
    for (const [verdict, paths] of Object.entries(expected))
      for (const path of paths.split(' ')) {
        assert.equal(await outcome(path), verdict, path);
        assert.equal(inFolder.includes(path), verdict === 'kept', path);
      }
    assert.notEqual(await outcome('src'), 'kept');
    const alone = await harvestFile(tree.root, 'src/a.ts', options);
    const { split: _, ...file } = (alone.ok && alone.value.file) || assert.fail();
    const { split: __, ...same } = folder.value.files.find(({ path }) => path === 'src/a.ts') ?? assert.fail();
    assert.deepEqual(file, same);
    assert.equal(file.secrets, 1);
  });
}

test('a file that git ignores is left out though it is new, and kept once it is tracked', async () => {
  tree.git('init', '-q');
  assert.equal(await outcome('ignored.ts'), 'ignored');
  tree.git('add', '-f', 'ignored.ts');
  assert.equal(await outcome('ignored.ts'), 'kept');
});

test('a name with wildcards stands for itself', async () => {
  tree.git('init', '-q');
  tree.write({ 'x/[id].ts': code('route'), ':odd.ts': code('odd') });
  assert.equal(await outcome('x/[id].ts'), 'kept');
  assert.equal(await outcome(':odd.ts'), 'kept');
});

test('cancelled', async () => {
  const result = await harvestFile(tree.root, 'src/a.ts', {}, { signal: AbortSignal.abort() });
  assert.equal(!result.ok && result.error.code, 'cancelled');
});

test('what lies behind a link is completed on this machine alone', async () => {
  symlinkSync('/etc/hostname', tree.at('src/host.ts'));
  const expected = { open: 'src/a.ts new.ts', local: 'link.ts linked/b.ts src/host.ts' };
  for (const [rule, paths] of Object.entries(expected))
    for (const path of paths.split(' ')) assert.equal(await ruleOf(tree.root, path, options), rule, path);
});

test('what may not be completed: our ignore files and files made to hold secrets', async () => {
  tree.write({ 'src/.easyadaptationignore': 'b.*\n' });
  const off = 'src/b.ts private/d.ts private/deep/new.ts .env keys/id_ed25519 /elsewhere/.env'.split(' ');
  const others = 'src/a.ts ignored.ts Untitled-1 /elsewhere/private/x.ts ../x.ts'.split(' ');
  for (const path of [...off, ...others])
    assert.equal((await ruleOf(tree.root, path, options)) === 'off', off.includes(path), path);
});

test('of the files in use those are found that settings or ignore files exclude now', async () => {
  const paths = ['src/a.ts', 'src/b.ts', 'src/deep/c.ts', 'docs/x.md', 'Untitled-1', 'elsewhere/y.ts'];
  tree.write({ '.gitignore': 'docs/\n', 'src/.easyadaptationignore': 'b.*\n' });
  assert.deepEqual(await excludedAmong(tree.root, paths, { '**/deep': true }), [
    'src/b.ts',
    'src/deep/c.ts',
    'docs/x.md',
  ]);
});

test('a new folder has the files that its ignore files leave, a file has none, and no path leads outside', async () => {
  tree.write({ 'made/.gitignore': 'out.*\n', 'made/out.ts': 'x', 'made/deep/in.ts': 'x' });
  assert.deepEqual([...(await filesBelow(tree.root, 'made', 100))].sort(), ['made/.gitignore', 'made/deep/in.ts']);
  assert.deepEqual(await filesBelow(tree.root, 'made/deep/in.ts', 100), []);
  assert.deepEqual(await filesBelow(tree.root, '../elsewhere', 100), []);
  assert.deepEqual(await filesBelow(tree.root, 'gone', 100), []);
});
