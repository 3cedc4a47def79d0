// What the large model wrote for a folder is kept where it parses and names only what is there, or what it makes itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flawOf, namesOf } from '../../src/syntax/known-names.ts';

const known = namesOf([
  {
    text: 'def for_in(items):\n    for id in items:\n        pass\n',
  },
  {
    text: 'import { open } from "./store.ts";\nexport const total = (items: Item[]) => items.reduce((sum, { price }) => sum + price, 0);\nexport async function save(id: string): Promise<void> { await open(id); }\n',
  },
]);

const rows: readonly (readonly [path: string, text: string, flaw: RegExp | undefined])[] = [
  ['a.ts', 'import { total } from "./b.ts";\n\nexport const twice = (items: Item[]) => 2 * total(items);\n', undefined],
  [
    'a.ts',
    '// Sends a letter.\nconst local = "anything at all";\nexport async function later(id: string) { await save(id + local); }\n',
    undefined,
  ],
  ['a.ts', 'import assert from "node:assert";\nassert.strictEqual(total([]), 0);\n', undefined],
  ['a.ts', 'export const broken = (items: Item[] => total(items);\n', /parse/],
  ['a.ts', 'export const gone = () => store.fetchAll();\n', /nothing is called fetchAll/],
  ['a.ts', 'import { missing } from "./b.ts";\nexport const x = missing;\n', /nothing is called missing/],
  ['a.lua', 'total()\n', /no grammar/],
  ['a.md', '# Totals\n\nCall `total(items)` first.\n\n```ts\nawait save("anything");\n```\n', undefined],
  ['a.md', '# Totals\n\nCall `sumUp(items)` first.\n', /nothing is called sumUp/],
  ['a.ts', 'export const sure = (id: string) => (typeof id === "number" ? undefined : true);\n', undefined],
  ['a.py', 'def sure(id):\n    while not id:\n        return None\n', undefined],
  ['a.md', '# Totals\n\n```ts\nif (false) throw null;\n```\n', undefined],
  ['a.py', 'def save_all(items):\n    for id in items:\n        save(id)\n', undefined],
];

for (const [path, text, flaw] of rows) {
  test(`${path}: ${JSON.stringify(text.slice(0, 50))} ${flaw ? 'is not kept' : 'is kept'}`, async () => {
    const found = await flawOf({ path, text }, known);
    if (flaw === undefined) assert.equal(found, undefined);
    else assert.match(found ?? 'kept', flaw);
  });
}
