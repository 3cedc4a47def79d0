// A change that names its owner is repeated where the owner is the same, and elsewhere after a second example there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextEdits } from '../../../src/edits/rules/repeated.ts';
import { Desk } from '../support.ts';

interface OwnedChange {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** The changes, and the lines that are offered after each, by their text. */
  readonly steps: readonly { readonly old: string; readonly text: string; readonly offered: readonly string[] }[];
}

const models =
  'export class Order {\n  id: number;\n  total: number;\n  userId: number;\n}\n\nexport class Product {\n  id: number;\n' +
  '  price: number;\n}\n\nexport class User {\n  id: number;\n  orderId: number;\n}\n';
const changes: readonly OwnedChange[] = [
  {
    name: 'the type of a key',
    path: 'src/models.ts',
    text: models,
    steps: [
      { old: 'id: number', text: 'id: string', offered: ['id: number;', 'id: number;'] },
      { old: 'id: number', text: 'id: string', offered: ['id: number;'] },
      {
        old: 'userId: number',
        text: 'userId: string',
        offered: ['id: number;', 'orderId: number;', 'price: number;', 'total: number;'],
      },
    ],
  },
  {
    name: 'a keyword argument',
    path: 'app/api.py',
    text: ['strict', 'strict', 'cached', 'strict'].map((key) => `send(get("/users"), ${key}=True)\n\n\n`).join(''),
    steps: [
      { old: 'strict=True', text: 'strict=False', offered: Array(2).fill('send(get("/users"), strict=True)') },
      { old: 'strict=True', text: 'strict=False', offered: ['send(get("/users"), strict=True)'] },
    ],
  },
  {
    name: 'a member of a receiver',
    path: 'src/cache.ts',
    text: 'const a = cache.get(1);\n\nconst b = cache.get(2);\n\nconst c = map.get(3);\n\nconst d = cache.get(4);\n',
    steps: [
      { old: 'cache.get', text: 'cache.load', offered: ['const d = cache.get(4);', 'const b = cache.get(2);'] },
      { old: 'cache.get', text: 'cache.load', offered: ['const d = cache.get(4);'] },
    ],
  },
  {
    name: 'an argument of a call',
    path: 'src/calls.ts',
    text: ['open', 'open', 'close', 'open'].map((name) => `${name}(path, true);\n\n\n`).join(''),
    steps: [
      { old: 'open(path, true)', text: 'open(path, false)', offered: Array(2).fill('open(path, true);') },
      { old: 'open(path, true)', text: 'open(path, false)', offered: ['open(path, true);'] },
    ],
  },
];

for (const { name, path, text, steps } of changes)
  test(`is repeated for the same owner: ${name}`, async () => {
    const desk = new Desk({ [path]: text });
    for (const { old, text: typed, offered } of steps) {
      desk.type(path, old, typed);
      assert.deepEqual(await linesOf(desk, path), offered);
    }
  });

test('a condition is widened in no other function, also where the cursor rests', async () => {
  const path = 'src/rights.ts';
  const rights = ['canRead', 'canWrite', 'isRoot'].map(
    (name) => `function ${name}(user: User) {\n  if (user.isAdmin) return true;\n  return false;\n}\n\n`,
  );
  const desk = new Desk({ [path]: rights.join('') });
  desk.type(path, 'user.isAdmin', 'user.isAdmin || user.isOwner');
  assert.deepEqual(await linesOf(desk, path, 6), []);
  desk.type(path, 'user.isAdmin)', 'user.isAdmin || user.isOwner)');
  assert.deepEqual(await linesOf(desk, path, 11), ['if (user.isAdmin) return true;']);
});

/** The lines of the offers. @param cursor the line where it rests */
async function linesOf(desk: Desk, path: string, cursor?: number): Promise<(string | undefined)[]> {
  const offers = await nextEdits({
    edits: desk.journal.recentEdits(),
    documents: [{ path, text: desk.text(path) }],
    cursor: cursor === undefined ? undefined : { path, line: cursor },
    ms: 10_000,
  });
  return offers.map(({ line }) => desk.text(path).split('\n')[line]?.trim());
}
