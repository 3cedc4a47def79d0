// The import of an accepted name: in the style of the folder, beside the imports that are there, or not at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderFile } from '../../../src/workspace/symbols/folder-names.ts';
import { missingImport } from '../../../src/workspace/symbols/missing-imports.ts';

const file = (path: string, text: string): FolderFile => ({ path, text });

/** The document with the import of `name`; undefined if none is added. */
function imported(
  name: string,
  languageId: string,
  own: FolderFile,
  files: readonly FolderFile[],
  isTypeOnly = true,
): string | undefined {
  const find = (word: string) => files.filter(({ text }) => text.includes(word));
  const found = missingImport({ name, isTypeOnly }, { ...own, languageId }, find);
  return found && own.text.slice(0, found.at) + found.text + own.text.slice(found.at);
}

const SHARED = file('src/lib/shared.ts', 'export function shared() {}\nexport interface Shape {}\n');

const cases: readonly [
  name: string,
  languageId: string,
  word: string,
  own: FolderFile,
  others: readonly FolderFile[],
  text: string | undefined,
][] = [
  [
    'below the last import, with the extension, the quotes and the semicolons of the document',
    'typescript',
    'shared',
    file('src/a.ts', 'import { b } from "./b.ts"\nimport * as c from "c"\n\nb()\n'),
    [SHARED],
    'import { b } from "./b.ts"\nimport * as c from "c"\nimport { shared } from "./lib/shared.ts"\n\nb()\n',
  ],
  [
    'with a semicolon if the file that exports it has some, and no file imports anything',
    'typescript',
    'shared',
    file('src/a.ts', 'use()\n'),
    [file('src/b.ts', 'export const shared = 1;\n')],
    "import { shared } from './b';\n\nuse()\n",
  ],
  [
    'without a semicolon if the file that exports it has none, and no file imports anything',
    'typescript',
    'shared',
    file('src/a.ts', 'use()\n'),
    [file('src/b.ts', 'export const shared = 1\n')],
    "import { shared } from './b'\n\nuse()\n",
  ],
  [
    'in an import of the same module',
    'typescript',
    'shared',
    file('src/a.ts', "import { other } from './lib/shared';\n"),
    [SHARED],
    "import { other, shared } from './lib/shared';\n",
  ],
  [
    'in an import of several lines',
    'typescript',
    'shared',
    file('src/a.ts', "import {\n    one,\n    two,\n} from './lib/shared';\n"),
    [SHARED],
    "import {\n    one,\n    two,\n    shared,\n} from './lib/shared';\n",
  ],
  [
    'as another file imports it, from its own folder',
    'typescript',
    'shared',
    file('src/deep/a.ts', '// A comment.\n\nuse();\n'),
    [SHARED, file('src/b.ts', "import { shared } from './lib/shared.js';\n")],
    "// A comment.\n\nimport { shared } from '../lib/shared.js';\n\nuse();\n",
  ],
  [
    'from an alias that another file uses',
    'typescript',
    'shared',
    file('src/a.ts', "import { b } from './b';\n"),
    [SHARED, file('src/b.ts', "import { shared } from '@/lib/shared';\n")],
    "import { b } from './b';\nimport { shared } from '@/lib/shared';\n",
  ],
  [
    'as a type, where other imports are',
    'typescript',
    'Shape',
    file('src/a.ts', "import type { B } from './b';\n"),
    [SHARED],
    "import type { B } from './b';\nimport type { Shape } from './lib/shared';\n",
  ],
  [
    'not if two files export the name',
    'typescript',
    'shared',
    file('src/a.ts', ''),
    [SHARED, file('x.ts', SHARED.text)],
    undefined,
  ],
  [
    'from its own module, if another one exports it again',
    'typescript',
    'shared',
    file('src/a.ts', "import { b } from './b';\n"),
    [SHARED, file('src/index.ts', "export { shared } from './lib/shared';\n")],
    "import { b } from './b';\nimport { shared } from './lib/shared';\n",
  ],
  [
    'not from the document itself',
    'typescript',
    'shared',
    file('src/index.ts', "export { shared } from './lib/shared';\nimport { b } from './b';\n"),
    [
      SHARED,
      file('test/b.ts', "import { shared } from '../src';\n"),
      file('test/c.ts', "import { shared } from '../src';\n"),
    ],
    "export { shared } from './lib/shared';\nimport { b } from './b';\nimport { shared } from './lib/shared';\n",
  ],
  [
    'not if it is a default export, or exported by another name',
    'typescript',
    'shared',
    file('src/a.ts', "import { b } from './b';\n"),
    [
      file('src/c.ts', 'export default function shared() {}\n'),
      file('src/d.ts', 'const shared = 1;\nexport { shared as other };\n'),
    ],
    undefined,
  ],
  ['not if no file exports it', 'typescript', 'shared', file('src/a.ts', ''), [file('b.ts', 'shared();\n')], undefined],
  [
    'not into a module with require',
    'javascript',
    'shared',
    file('a.js', "const b = require('./b');\n"),
    [file('c.js', SHARED.text)],
    undefined,
  ],
  [
    'in Python, as another file imports it',
    'python',
    'shared',
    file('app/web/views.py', 'import os\n\nprint(os)\n'),
    [file('app/lib.py', 'def shared():\n    pass\n'), file('app/main.py', 'from .lib import other, shared\n')],
    'import os\nfrom ..lib import shared\n\nprint(os)\n',
  ],
  [
    'in Python, in an import of the same module',
    'python',
    'shared',
    file('app/views.py', '"""Views."""\nfrom .lib import other\n'),
    [file('app/lib.py', 'def shared():\n    pass\n')],
    '"""Views."""\nfrom .lib import other, shared\n',
  ],
  [
    'in Python, behind an import that a backslash continues',
    'python',
    'shared',
    file('app/views.py', 'from .lib import one, \\\n    two\n\nprint(one)\n'),
    [file('app/lib.py', 'def shared():\n    pass\n')],
    'from .lib import one, \\\n    two\nfrom .lib import shared\n\nprint(one)\n',
  ],
  [
    'in Python by an absolute path only if another file shows it',
    'python',
    'shared',
    file('app/views.py', 'import os\n'),
    [file('app/lib.py', 'def shared():\n    pass\n')],
    undefined,
  ],
];

for (const [name, languageId, word, own, others, text] of cases)
  test(`a name is imported ${name}`, () => assert.equal(imported(word, languageId, own, others), text));

test('a class that other files import as a type is imported as a value if it is used as one', () => {
  const others = [file('src/c.ts', 'export class Shape {}\n'), file('src/d.ts', "import type { Shape } from './c';\n")];
  const own = file('src/a.ts', '');
  assert.equal(imported('Shape', 'typescript', own, others), "import type { Shape } from './c';\n\n");
  assert.equal(imported('Shape', 'typescript', own, others, false), "import { Shape } from './c';\n\n");
});
