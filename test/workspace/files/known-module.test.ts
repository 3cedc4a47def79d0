// Which imported modules are the folder's own: its files, and the packages that its manifests list.
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { isKnownModule } from '../../../src/workspace/files/known-module.ts';
import { Tree } from '../../support/tree.ts';

let tree: Tree;
beforeEach(() => {
  tree = new Tree({
    'package.json': JSON.stringify({
      dependencies: { zod: '1', '@scope/lib': '1' },
      devDependencies: { vitest: '1' },
      scripts: { 'evil-pkg': 'x' },
    }),
    'packages/web/package.json': JSON.stringify({ peerDependencies: { react: '1' } }),
    'packages/web/src/app.tsx': '',
    'src/util.ts': '',
    'src/lib/index.ts': '',
    'src/node_modules/evil/index.js': '',
    'app/models.py': '',
    'app/tools/__init__.py': '',
    'src/core/base.py': '',
    'requirements.txt':
      '# pinned\nrequests>=2\n  ruamel.yaml==1\n-r evil.txt\nhttps://evil.org/x.whl\ngit+https://x/evil\nC:\\evil\n./evil\n' +
      'rich @ https://files.org/rich.whl\nmarked; python_version < "3"\nevil words here\nfile:///evil\n',
    'venv/lib/evil_env.py': '',
    'pyproject.toml': [
      '[project]',
      'name = "evil"',
      'dependencies = [',
      '  "httpx[http2]>=1", # not "evil_comment"',
      "  \"attrs; python_version < '3' and extra == 'evil_marker'\",",
      '  # "evil_line"',
      ']',
      'authors = ["evil_author"]',
      '[project.optional-dependencies]',
      'dev = ["pytest"]',
      '[dependency-groups]',
      'lint = ["ruff", {include-group = "evil_group"}]',
      '[tool.poetry.group.test.dependencies]',
      'coverage = "^7"',
      '[tool.evil_tool]',
      'line = 3',
    ].join('\n'),
  });
  symlinkSync('/etc/hostname', tree.at('src/outside.ts'));
});

const known = (path: string, languageId: string, module: string) => isKnownModule(tree.root, path, module, languageId);

/** Modules are separated by spaces; the empty module is unknown in all of them. */
const cases: readonly [path: string, languageId: string, known: string, unknown: string][] = [
  [
    'src/main.ts',
    'typescript',
    './util ./util.js ./lib ./lib/index zod @scope/lib/sub vitest ../src/util',
    './missing ../../src/util ./outside ./node_modules/evil /etc/hostname evil-pkg react zod/../evil ' +
      'zod/node_modules/evil @scope constructor __proto__ node:fs file:./util',
  ],
  ['packages/web/src/main.tsx', 'typescriptreact', 'react zod ./app', 'evil-pkg'],
  [
    'app/views.py',
    'python',
    '.models app.models .tools app.tools core.base requests httpx pytest coverage attrs ruff rich marked',
    '.missing ..app.models.x evil evil_author evil_tool line name evil_comment evil_marker evil_line evil_group https ' +
      'git C file words venv.lib.evil_env python_version extra os ...app',
  ],
  ['main.go', 'go', '', 'fmt ./src/util'],
];

test('files of the folder and packages of its manifests are known, other modules are not', async () => {
  for (const [path, languageId, own, foreign] of cases) {
    for (const module of own.split(' ').filter(Boolean))
      assert.equal(await known(path, languageId, module), true, `${path}: ${module}`);
    for (const module of ['', ...foreign.split(' ')])
      assert.equal(await known(path, languageId, module), false, `${path}: ${module}`);
  }
});

test('a damaged manifest lists nothing', async () => {
  for (const text of ['{', 'null', '[]', '{"dependencies": null}', '{"dependencies": "zod"}']) {
    tree.write({ 'package.json': text });
    assert.equal(await known('src/main.ts', 'typescript', 'zod'), false, text);
  }
});
