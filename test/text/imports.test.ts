// Which modules a changed import statement names. ‹ and › enclose the change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importedModules, strangersIn } from '../../src/text/imports.ts';

function modules(marked: string, languageId: string): readonly string[] | undefined {
  const from = marked.indexOf('‹');
  const text = marked.replace('‹', '').replace('›', '');
  return importedModules(text, from, marked.indexOf('›') - 1, languageId);
}

const understood: readonly [languageId: string, marked: string, modules: readonly string[]][] = [
  ['typescript', `‹import { a } from './util';\n›use();`, ['./util']],
  ['typescript', `import { a‹, b› } from "../lib/util.js"\n`, ['../lib/util.js']],
  ['typescript', `import {\n  a,\n‹  type b,\n›} from '@scope/pkg/sub';\n`, ['@scope/pkg/sub']],
  ['typescript', `import x from './x';‹\nimport * as y from './y';›\n\nuse();`, ['./y']],
  ['typescript', `'use strict';‹\nimport * as y from './y';›\n\nuse();`, ['./y']],
  ['javascriptreact', `‹import type { a as b } from "pkg";\n\n›use();`, ['pkg']],
  ['python', `‹from .util import parse\n›use()`, ['.util']],
  ['python', `from a.b import c‹, d›\n`, ['a.b']],
  ['python', `from a import (\n    b,\n‹    c,\n›)\n`, ['a']],
  ['python', `‹import os.path as p, json\n›`, ['os.path', 'json']],
  ['python', `‹from .. import util\n›`, ['..']],
];

test('a change of import statements names their modules', () => {
  for (const [languageId, marked, expected] of understood)
    assert.deepEqual(modules(marked, languageId), expected, marked);
});

const refused: readonly [languageId: string, marked: string][] = [
  ['typescript', `‹const a = 1;\n›`],
  ['typescript', `‹import { a } from './util'; evil();\n›`],
  ['typescript', `‹import { a } from './util';\nevil();›\n`],
  ['typescript', `‹import './side-effect';\n›`],
  ['typescript', `‹import { a } from 'https://example.test/a.js';\n›`],
  ['typescript', `‹import { a } from './\u202eutil';\n›`],
  ['typescript', `‹import { a } from './util\u0000';\n›`],
  ['typescript', `‹import { a = evil() } from './util';\n›`],
  ['typescript', `‹import a = require('a');\n›`],
  ['typescript', `‹import { a } from ''\n›`],
  ['typescript', `import {\n  a,\n  evil(),\n‹  b,\n›} from './util';\n`],
  ['typescript', `use('import { a } from');\n‹  b,\n›`],
  ['python', `‹from a import b; evil()\n›`],
  ['python', `‹from a import b  # noqa\n›`],
  ['python', `‹from a import\n›`],
  ['python', `‹import a(b)\n›`],
  ['python', `‹from a import (\n    b,\n›`],
  ['go', `‹import "fmt"\n›`],
  ['typescript', `‹\n›`],
];

test('a change of anything else names no module', () => {
  for (const [languageId, marked] of refused) assert.equal(modules(marked, languageId), undefined, marked);
});

const forms: Readonly<Record<string, readonly string[]>> = {
  typescript: [
    `import a from 'MODULE';`,
    `import 'MODULE'`,
    `import { b, c } from "MODULE";`,
    `import * as b from 'MODULE'`,
    `import type { B } from 'MODULE';`,
    `import {\n  b,\n} from 'MODULE';`,
    `import b from 'MODULE' with { type: 'json' };`,
    `const b = require('MODULE');`,
    `import b = require("MODULE");`,
    `require.resolve('MODULE')`,
    `const b = await import('MODULE');`,
    `import(/* webpackIgnore: true */ \`MODULE\`)`,
    `export * from 'MODULE';`,
    `export { b } from 'MODULE';`,
  ],
  python: [
    'import MODULE',
    '    import os, MODULE as b',
    'from MODULE import b',
    'x = 1; import MODULE',
    '__import__("MODULE")',
    "importlib.import_module('MODULE')",
  ],
  go: ['import "MODULE"', 'import b "MODULE"', 'import (\n\t"fmt"\n\t_ "MODULE"\n)'],
  rust: ['use MODULE::b;', 'pub use ::MODULE::{b, c};', 'extern crate MODULE;'],
  java: ['import MODULE;', 'import static MODULE.b;'],
  kotlin: ['import MODULE as b'],
  csharp: ['using MODULE;', 'global using static MODULE;'],
  ruby: ["require 'MODULE'"],
  php: ['use MODULE\\Client;'],
  swift: ['import MODULE'],
  c: ['#include <MODULE.h>'],
  cpp: ['#  include <MODULE>'],
};

for (const [languageId, texts] of Object.entries(forms))
  test(`each form in which ${languageId} names a module is known`, () => {
    for (const text of texts) {
      const named = strangersIn(text.replace('MODULE', 'lodahs'), languageId);
      const holds = named.some((module) => module.includes('lodahs'));
      assert.ok(holds, text);
    }
  });

test('a module of the folder is no stranger, nor is a name or a text', () => {
  for (const [languageId, text] of [
    ['javascript', `import lodahs from './lodahs';\nexport * from "../lodahs"; import('./lodahs');`],
    ['typescript', `const from = 'lodahs'; imported('lodahs'); a.from('lodahs'); lodahs.b();`],
    ['python', 'from .lodahs import b\nfrom . import lodahs\nimport os as lodahs\nprint("lodahs")'],
    ['rust', 'use crate::lodahs;\nuse super::lodahs;\nuse self::lodahs;'],
    ['go', 'x := "lodahs"\nuse([]string{\n\t"lodahs",\n})'],
    ['ruby', "require_relative 'lodahs'"],
    ['c', '#include "lodahs.h"'],
    ['markdown', "import lodahs from 'lodahs'"],
  ] as const)
    assert.ok(!strangersIn(text, languageId).some((module) => module.includes('lodahs')), text);
});
