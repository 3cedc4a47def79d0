// Ignore rules mean what git says they mean, for patterns that nobody would write too; and none takes for ever.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { beforeEach, test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { excluder, IgnoreFiles } from '../../../src/workspace/files/ignore.ts';
import { Tree } from '../../support/tree.ts';

let tree: Tree;
beforeEach(() => {
  tree = new Tree();
  tree.git('init', '-q');
});

function ignoredByGit(paths: readonly string[]): Set<string> {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  try {
    const args = ['-c', 'core.ignoreCase=false', 'check-ignore', '--no-index', '-z', '--stdin'];
    const out = execFileSync('git', args, {
      cwd: tree.root,
      input: paths.join('\0'),
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new Set(out.toString('utf8').split('\0'));
  } catch (error) {
    if ((error as { status?: number }).status === 1) return new Set();
    throw error;
  }
}

function agree(files: Readonly<Record<string, string>>, paths: readonly string[]): void {
  tree.write(Object.fromEntries(Object.entries(files).map(([folder, text]) => [`${folder}.gitignore`, text])));
  const ours = new IgnoreFiles();
  for (const [folder, text] of Object.entries(files)) ours.add(folder.replace(/\/$/, ''), text);
  const git = ignoredByGit(paths);
  for (const path of paths) {
    const actual = ours.ignores(path, `${path}/` in files);
    assert.equal(actual, git.has(path), `${JSON.stringify(path)} by ${JSON.stringify(files)}`);
  }
}

test("matches the examples of git's manual", () => {
  const lines = [
    ...['# comment', 'trailing   ', 'kept\\ ', 'carriage\r', '[open'],
    ...'\\#literal \\!literal name folder/ /anchored in/the/middle **/deep deep/** a/**/b *.log !keep.log'.split(' '),
    ...'[abc].txt [!abc].md [a-c]x []]y b[[:digit:]] q?z star\\* **/foo/**/bar x**y'.split(' '),
  ];
  const paths = [
    'kept ',
    ...'#literal !literal name u/name name/below folder folder/x u/folder/x anchored u/anchored in/the/middle'.split(
      ' ',
    ),
    ...'u/in/the/middle deep u/v/deep deep/x deep/x/y u/deep/x a/b a/x/b a/x/y/b ab x.log keep.log u/keep.log'.split(
      ' ',
    ),
    ...'trailing kept a.txt d.txt a.md d.md bx dx ]y b7 bb qaz qz star* starx foo/bar u/foo/v/bar xqy xy x/y'.split(
      ' ',
    ),
    'carriage',
  ];
  for (const line of lines) agree({ '': line }, paths);
  agree({ '': lines.filter((line) => line !== '[open').join('\n') }, paths);
});

test('agrees with git on sets with a slash, with classes, and with what only POSIX knows in them', () => {
  const patterns =
    '[[.[/:] [:/=[[:alpha:]] [a/]b x[/]y u[^/]v [!/] /[ab/] [/a]/[b/] [[.a.]] [[.a.]b] [[=a=]] [[.-.]]x [a-[.c.]] [[.]]';
  const names = '[ = a b c - x y ] a] .] =] -]x ab xy x/y u/v u1v b/b a/b -x [.] .c.]'.split(' ');
  const paths = names.flatMap((name) => [name, `in/${name}`, `in/below/${name}`]);
  for (const pattern of patterns.split(' ')) {
    agree({ '': pattern, 'in/': '' }, paths);
    agree({ '': '', 'in/': pattern }, paths);
  }
});

test('agrees with git on 2,000 random patterns', () => {
  const random = uniforms(11);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const some = (from: readonly string[], most: number) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(from)).join('');
  const pieces = ['a', 'b', 'a', 'b', '*', '?', '[ab]', '[!a]', '[^b]', '[a-b]', '\\a', '\\*', '.', 'ab'];
  // Stars side by side in a name are a matter of git's version.
  const name = () => (random() < 0.25 ? '**' : some(pieces, 4).replace(/(?<!\\)\*{2,}/g, '*'));
  const pattern = () =>
    `${random() < 0.2 ? '!' : ''}${random() < 0.2 ? '/' : ''}${Array.from({ length: 1 + Math.floor(random() * 4) }, name).join('/')}${random() < 0.2 ? '/' : ''}`;
  for (let round = 0; round < 200; round++) {
    const text = Array.from({ length: 10 }, pattern);
    const paths = Array.from({ length: 60 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 4) }, () => some(['a', 'b', 'ab', '.', '*'], 3)).join('/'),
    ).filter((path) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path));
    const inner = random() < 0.5 ? { 'a/': text.slice(5).join('\n') } : {};
    agree({ '': text.slice(0, 5).join('\n'), ...inner, ...(inner['a/'] === undefined && { 'a/': '' }) }, [
      ...new Set(paths),
    ]);
  }
});

test('the time for malicious patterns grows only linearly with their length', () => {
  const deep = 'a/'.repeat(400);
  const wide = 'a'.repeat(250);
  const cases: [string, string][] = [
    [`${'**/a/'.repeat(40)}b`, `${deep}c`],
    [`${'*a'.repeat(60)}b`, `${wide}bc`],
    [`${'**/*a*a*a*/'.repeat(30)}b`, `${`${wide}/`.repeat(14)}c`],
    [`${'[a-z]*'.repeat(60)}!`, `${wide}!x`],
  ];
  for (const [pattern, path] of cases) {
    const rules = new IgnoreFiles();
    rules.add('', pattern);
    // As regular expressions these four do not end within a lifetime.
    assert.equal(rules.ignores(path), false);
    assert.equal(excluder({ [pattern]: true })(path), false);
  }
  assert.equal(excluder({ [`${'{a,b}'.repeat(40)}x`]: true })(`${'a'.repeat(40)}x`), true);
});
