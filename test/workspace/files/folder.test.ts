// A whole folder: what git shows, what a walk finds, what is left out and why, limits, odd files, cancellation.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { type HarvestDeps, harvestFolder } from '../../../src/workspace/files/folder.ts';
import type { HarvestOptions } from '../../../src/workspace/files/harvest-types.ts';
import { code, Tree } from '../../support/tree.ts';
import { noise } from './samples.ts';

let tree: Tree;
beforeEach(() => {
  tree = new Tree();
});

async function harvest(options: Partial<HarvestOptions> = {}, deps: HarvestDeps = {}) {
  const harvested = unwrap(await harvestFolder(tree.root, { trusted: true, ...options }, deps));
  return { ...harvested, paths: harvested.files.map((file) => file.path) };
}

for (const usesGit of [true, false]) {
  test(`applies ignore files at every level, and the own one (${usesGit ? 'git' : 'walk'})`, async () => {
    tree.write({
      '.gitignore': 'ignored.ts\n/build/\n*.tmp.ts\n',
      '.easyadaptationignore': 'private/\n*.local.ts\n',
      'kept.ts': code('kept'),
      'ignored.ts': code('ignored'),
      'build/out.ts': code('out'),
      'private/a.ts': code('private'),
      'src/.gitignore': '!special.tmp.ts\nhidden/\n',
      'src/special.tmp.ts': code('special'),
      'src/other.tmp.ts': code('other'),
      'src/hidden/deep/a.ts': code('hidden'),
      'src/secretive.local.ts': code('local'),
      'src/sub/.easyadaptationignore': '*\n!open.local.ts\n',
      'src/sub/open.local.ts': code('open'),
      'src/sub/closed.ts': code('closed'),
      'not-excluded/x.ts': code('nx'),
      'excluded/x.ts': code('x'),
      'src/excluded.gen.ts2': code('g'),
    });
    if (usesGit) tree.git('init', '-q');
    const { paths, report } = await harvest({ filesExclude: { excluded: true, '**/*.ts2': true, 'kept.ts': false } });
    const actual = paths.filter((path) => !path.endsWith('ignore'));
    assert.deepEqual(actual, ['kept.ts', 'not-excluded/x.ts', 'src/special.tmp.ts', 'src/sub/open.local.ts']);
    assert.equal(report.usedGit, usesGit);
    assert.ok((report.leftOut.ignored ?? 0) >= 8, JSON.stringify(report.leftOut));
  });
}

for (const [encoding, write] of Object.entries({
  'UTF-16 (little endian)': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16 (big endian)': (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'Latin-1': (text: string) => Buffer.from(text, 'latin1'),
  'UTF-8 with CR': (text: string) => Buffer.from(`\ufeff${text.replaceAll('\n', '\r')}`),
}))
  test(`obeys an own ignore file in ${encoding}`, async () => {
    tree.write({ 'private/a.ts': code('a'), 'größe/b.ts': code('b'), 'src/c.ts': code('c') });
    tree.write({ '.easyadaptationignore': write('# not for training\nprivate/\ngröße/\n') });
    const { paths, report } = await harvest({ trusted: false });
    const actual = paths.filter((path) => path.endsWith('.ts'));
    assert.deepEqual(actual, ['src/c.ts']);
    assert.deepEqual(report.faults, []);
  });

for (const usesGit of [true, false])
  test(`reads nothing below 200 nested folders, and says so (${usesGit ? 'git' : 'walk'})`, async () => {
    for (const depth of [0, 200, 201, 300]) tree.write({ [`${'d/'.repeat(depth)}f${depth}.ts`]: code(`f${depth}`) });
    if (usesGit) tree.git('init', '-q');
    const { paths, report } = await harvest({ trusted: usesGit });
    const actual = paths.map((path) => path.replace(/.*\//, ''));
    assert.deepEqual(actual, ['f200.ts', 'f0.ts']);
    assert.equal(report.faults.length, 1);
    assert.match(report.faults[0] ?? '', /^Nothing is read below 200 nested folders/);
  });

test('ignores the folder of an ignore file that cannot be decoded or is too large, and says so', async () => {
  tree.write({ 'private/a.ts': code('a'), 'src/b.ts': code('b'), 'open/c.ts': code('c'), 'big/d.ts': code('d') });
  tree.write({ 'private/.easyadaptationignore': Buffer.from('secret.ts\n', 'utf16le') });
  tree.write({ 'src/.easyadaptationignore': Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 37) % 256)) });
  tree.write({ 'big/.gitignore': '*.log\n'.repeat(200_000) });
  const { paths, report } = await harvest({ trusted: false });
  assert.deepEqual(paths, ['open/c.ts']);
  assert.deepEqual([...report.faults].sort(), [
    'big/.gitignore is larger than 1 MB, so everything in its folder is ignored. Shorten it.',
    'private/.easyadaptationignore is not text, so everything in its folder is ignored. Save it as UTF-8.',
    'src/.easyadaptationignore is not text, so everything in its folder is ignored. Save it as UTF-8.',
  ]);
});

test('git: keeps tracked files that are ignored, skips deleted ones, and reads any UTF-8 name', async () => {
  tree.write({ 'tracked.log.ts': code('tracked'), 'gone.ts': code('gone'), 'späte "näme"\n.ts': code('odd') });
  tree.commit();
  tree.write({ '.gitignore': '*.log.ts\n', 'new.ts': code('fresh') });
  rmSync(tree.at('gone.ts'));
  const { paths, report } = await harvest();
  assert.deepEqual(paths, ['.gitignore', 'new.ts', 'späte "näme"\n.ts', 'tracked.log.ts']);
  assert.equal(report.leftOut.unreadable, undefined);
});

test('git: applies their own rules in submodules, nested repositories and worktrees', async () => {
  const other = new Tree({ 'lib.ts': code('library'), '.gitignore': 'skip.ts\n' });
  other.commit();
  tree.write({ 'main.ts': code('main') });
  tree.git('init', '-q');
  tree.git('submodule', '--quiet', 'add', other.root, 'modules/sub');
  tree.commit();
  tree.write({
    'modules/sub/skip.ts': code('skip'),
    'modules/sub/extra.ts': code('extra'),
    'nested/inner.ts': code('inner'),
  });
  tree.gitIn('nested', 'init', '-q');
  const { paths } = await harvest();
  assert.deepEqual(
    paths,
    '.gitmodules main.ts modules/sub/.gitignore modules/sub/extra.ts modules/sub/lib.ts nested/inner.ts'.split(' '),
  );
  const elsewhere = new Tree().at('worktree');
  tree.git('worktree', 'add', '-q', elsewhere);
  const worktree = unwrap(await harvestFolder(elsewhere, { trusted: true }));
  assert.ok(worktree.report.usedGit);
  assert.ok(worktree.files.some((file) => file.path === 'main.ts'));
});

test('git: harvests a folder inside a repository, also if the repository ignores it', async () => {
  tree.write({ 'outside.ts': code('outside'), 'part/inside.ts': code('inside'), 'scratch/own.ts': code('own') });
  tree.write({ '.gitignore': 'scratch/\n' });
  tree.git('init', '-q');
  for (const [folder, usedGit, own] of [
    ['part', true, 'inside.ts'],
    ['scratch', false, 'own.ts'],
  ] as const) {
    const { report, files } = unwrap(await harvestFolder(tree.at(folder), { trusted: true }));
    assert.deepEqual([report.usedGit, files.map(({ path }) => path)], [usedGit, [own]]);
  }
});

test('walks the folder if its repository is broken or git is absent', async (t) => {
  tree.write({ '.git/HEAD': 'nonsense', 'a.ts': code('a'), '.gitignore': 'b.ts\n', 'b.ts': code('b') });
  assert.deepEqual((await harvest()).paths, ['.gitignore', 'a.ts']);
  tree = new Tree({ 'a.ts': code('a') });
  tree.git('init', '-q');
  const path = process.env.PATH;
  process.env.PATH = '';
  t.after(() => {
    process.env.PATH = path;
  });
  const { paths, report } = await harvest();
  assert.deepEqual(paths, ['a.ts']);
  assert.equal(report.usedGit, false);
});

test('counts left-out files by reason', async () => {
  tree.write({
    'a.ts': code('alpha'),
    'copy/a.ts': `${code('alpha')}// one more line\n`,
    'picture.dat2': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0xff, 0, 0, 1, 2, 3]),
    'lib.wasm': 'text, but by its name binary',
    'app.js': `var a=${'function(e,t){return e+t},'.repeat(200)}0`,
    'jq.min.js': 'var a;\n',
    'client.ts': '// Code generated by protoc-gen. DO NOT EDIT.\nexport const a = 1;\n',
    'package-lock.json': '{}',
    'vendor/x.go': 'package x\n',
    'src/node_modules/y.js': 'y\n',
    'empty.ts': '',
    'blank.ts': ' \n\t\n',
    '.env': 'A=1\n',
    'server.pem': 'x\n',
    '.npmrc': `//registry.example.org/:_authToken=${noise(30)}\n`,
    'big.ts': code('big', 100),
    'data.json': JSON.stringify(
      Array.from({ length: 9000 }, (_, i) => ({ id: i })),
      null,
      1,
    ),
  });
  const { paths, report } = await harvest({ maxFileBytes: 150_000 });
  const actual = paths.filter((path) => !/a\.ts$/.test(path));
  assert.deepEqual(actual, ['big.ts']);
  assert.equal(paths.length, 2);
  assert.deepEqual(report.leftOut, {
    binary: 2,
    minified: 2,
    generated: 2,
    vendored: 2,
    empty: 2,
    'secret-file': 3,
    'near-duplicate': 1,
    'too-large': 1,
  });
  assert.equal(report.files, 2);
  assert.ok(report.bytes > 0 && report.tokens > 0 && report.elapsedMs > 0);
});

test('keeps a harmless .npmrc, templates of .env and public keys', async () => {
  tree.write({
    '.npmrc': 'save-exact=true\n',
    '.env.example': 'TOKEN=put yours here\n',
    'id_rsa.pub': 'ssh-rsa AAAA x\n',
  });
  assert.deepEqual((await harvest()).paths, ['.env.example', '.npmrc', 'id_rsa.pub']);
});

test('redacts a secret of a notebook, which is left out, in another file', async () => {
  const secret = noise(24);
  tree.write({
    'a.ts': `${code('a')}check('${secret}');\n`,
    'b.ipynb': JSON.stringify({ cells: [{ cell_type: 'code', source: [`api_secret = '${secret}'\n`] }] }),
  });
  const { files, paths } = await harvest();
  assert.deepEqual(paths, ['a.ts']);
  assert.ok(!files[0]?.text.includes(secret));
});

test('explains a missing folder and a path that is a file', async () => {
  const missing = await harvestFolder(tree.at('nowhere'), {});
  assert.equal(!missing.ok && missing.error.code, 'unreadable');
  tree.write({ 'a.ts': 'x' });
  const file = await harvestFolder(tree.at('a.ts'), {});
  assert.match(!file.ok ? file.error.message : '', /not a folder/);
});

test('does not read a file of 50 MB', async () => {
  tree.write({ 'a.ts': code('a'), 'huge.ts': '' });
  truncateSync(tree.at('huge.ts'), 50_000_000);
  const before = process.memoryUsage().arrayBuffers;
  const { paths, report } = await harvest();
  assert.deepEqual(paths, ['a.ts']);
  assert.deepEqual(report.leftOut, { 'too-large': 1 });
  assert.ok(process.memoryUsage().arrayBuffers - before < 20_000_000);
});

test('harvests an opened folder that is a link', async () => {
  tree.write({ 'real/a.ts': code('a') });
  symlinkSync('real', tree.at('link'));
  const { files } = unwrap(await harvestFolder(tree.at('link'), {}));
  const paths = files.map((file) => file.path);
  assert.deepEqual(paths, ['a.ts']);
});

test('reads a file again that changed while it was read, and leaves it out if it keeps changing', async () => {
  tree.write({ 'once.ts': code('once'), 'always.ts': code('always'), 'shrinks.ts': code('shrinks') });
  const { files, report } = await harvest(
    {},
    {
      hooks: {
        afterRead(path, attempt) {
          if (path.endsWith('always.ts')) appendFileSync(path, `// ${attempt}\n`);
          if (path.endsWith('once.ts') && attempt === 0) appendFileSync(path, '// more\n');
          if (path.endsWith('shrinks.ts') && attempt === 0) writeFileSync(path, code('short', 2));
        },
      },
    },
  );
  assert.deepEqual(report.leftOut, { 'changed-while-read': 1 });
  assert.equal(files.find((file) => file.path === 'once.ts')?.text, `${code('once')}// more\n`);
  assert.equal(files.find((file) => file.path === 'shrinks.ts')?.text, code('short', 2));
});

test('counts unreadable files and folders', async (t) => {
  if (process.getuid?.() === 0) {
    // Root may read everything: a name that is too long for the file system stands in for a refused one.
    const { FolderReader } = await import('../../../src/workspace/files/folder-reader.ts');
    const reader = await FolderReader.open(tree.root);
    assert.deepEqual(await reader.read('x'.repeat(300), 1000), { leftOut: 'unreadable' });
    return;
  }
  tree.write({ 'a.ts': code('a'), 'closed.ts': code('closed'), 'folder/b.ts': code('b') });
  execFileSync('chmod', ['000', tree.at('closed.ts'), tree.at('folder')]);
  t.after(() => execFileSync('chmod', ['755', tree.at('folder')]));
  const { paths, report } = await harvest();
  assert.deepEqual(paths, ['a.ts']);
  assert.equal(report.leftOut.unreadable, 2);
});

test('keeps the same even sample of a folder above a limit each time', async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 60; i++) files[`${i % 2 === 0 ? 'a' : 'z'}/file${i}.ts`] = code(`topic${i}x`);
  tree.write(files);
  const { paths, report } = await harvest({ maxFiles: 20 });
  assert.equal(paths.length, 20);
  assert.equal(report.leftOut['over-limit'], 40);
  const fromA = paths.filter((path) => path.startsWith('a/')).length;
  assert.ok(fromA > 3 && fromA < 17, `${fromA} of 20 from one of two folders`);
  tree.write({ 'm/new.ts': code('new') });
  const again = await harvest({ maxFiles: 20 });
  assert.ok(paths.filter((path) => !again.paths.includes(path)).length <= 1);
  const bytes = await harvest({ maxTotalBytes: 10_000 });
  assert.ok(bytes.report.bytes <= 10_000 && bytes.report.bytes > 6_000);
  assert.equal(bytes.report.files + (bytes.report.leftOut['over-limit'] ?? 0), 61);
});

test('tokens limit dense text, and bytes limit source text', async () => {
  const random = uniforms(3);
  const digits = () => Array.from({ length: 4_000 }, () => `${Math.floor(random() * 1e6)} `).join('\n');
  for (let i = 0; i < 20; i++) tree.write({ [`dense${i}.txt`]: digits(), [`plain${i}.ts`]: code(`topic${i}x`) });
  const limit = 400_000;
  const { report, paths } = await harvest({ maxTotalBytes: limit });
  assert.ok(report.bytes < limit / 2, `${report.bytes} bytes`);
  assert.ok(report.tokens < limit / 3, `${report.tokens} tokens`);
  assert.ok((report.leftOut['over-limit'] ?? 0) > 10);
  assert.ok(paths.some((path) => path.startsWith('dense')));
  const all = await harvest();
  assert.equal(all.report.files, 40);
});

test('harvests and counts 100,000 files, and can be cancelled', async () => {
  tree.git('init', '-q');
  const paths = Array.from({ length: 100_000 }, (_, i) => `d${i % 100}/f${i}.${i % 10 === 0 ? 'ts' : 'png'}`);
  // Names in git's index: writing so many files would take this test a minute.
  const input = paths.map((path) => `100644 ${'e'.repeat(40)}\t${path}\n`).join('');
  execFileSync('git', ['update-index', '--index-info'], { cwd: tree.root, input });
  for (let i = 0; i < 3000; i += 10) tree.write({ [`d${i % 100}/f${i}.ts`]: code(`t${i}x`) });
  const { report } = await harvest({ maxFiles: 200 });
  assert.equal(report.files, 200);
  assert.equal(report.leftOut.binary, 90_000);
  assert.ok((report.leftOut['over-limit'] ?? 0) > 1000);
  const controller = new AbortController();
  const result = await harvestFolder(
    tree.root,
    { trusted: true },
    { signal: controller.signal, progress: ({ done }) => done > 100 && controller.abort() },
  );
  assert.equal(!result.ok && result.error.code, 'cancelled');
  const early = await harvestFolder(tree.root, {}, { signal: AbortSignal.abort() });
  assert.equal(!early.ok && early.error.code, 'cancelled');
});

test('reports progress from the listing to the last file', async () => {
  tree.write({ 'a.ts': code('a'), 'b.ts': code('b') });
  const seen: string[] = [];
  await harvest({}, { progress: ({ stage, done, total }) => seen.push(`${stage} ${done}/${total}`) });
  assert.deepEqual(seen, ['Finding files 0/undefined', 'Reading files 2/2']);
});
