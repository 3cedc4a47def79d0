// Every row of the tables of forms finds its examples, keeps its other text, and can be read.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { expression, expressions, parts } from '../../../src/workspace/secrets/expressions.ts';
import { findByRule, forms, ruleOf } from '../../../src/workspace/secrets/forms.ts';
import names from '../../../src/workspace/secrets/names.json' with { type: 'json' };
import { strengthOf } from '../../../src/workspace/secrets/names.ts';

/** Put together here, so that no scanner takes them for real. */
const passwords = [
  ['Luna.', 'Thyme42'],
  ['Kettle', '471!'],
  ['amber-', 'canyon-82'],
  ['q7Rt', 'ZpLw29sX'],
].map((pieces) => pieces.join(''));

for (const form of forms)
  test(`the form '${form.name}' finds its examples and keeps its other text`, () => {
    const { path = 'a.txt', finds, keeps } = form;
    const found = (text: string) => findByRule({ text, path, isSettings: true, isProse: false }, ruleOf(form));
    assert.equal(finds.length, 2);
    for (const example of finds)
      for (const value of example.includes('§') ? passwords : ['']) {
        const text = example.replaceAll('§', () => value);
        const values = found(text).map(({ start, end }) => text.slice(start, end));
        assert.ok(value === '' ? values.length > 0 : values.includes(value), `${text}: ${values.join(', ')}`);
      }
    assert.deepEqual(found(keeps), [], keeps);
  });

for (const { name, finds, keeps } of expressions)
  test(`the expression '${name}' matches its examples, and not its other text`, () => {
    const actual = [...finds, keeps].map((text) => expression(name).test(text));
    assert.deepEqual(actual, [true, true, false]);
  });

for (const { strength, form, finds, keeps } of names.strengths)
  test(`names of strength '${strength}' like ${finds.join(', ')}`, () => {
    assert.deepEqual(finds.map(strengthOf), [strength, strength]);
    assert.notEqual(strengthOf(keeps), strength);
    for (const piece of form) assert.ok(piece.length <= 120, piece);
  });

test('no two rows have one name, and every piece of an expression is short enough to read', () => {
  const rows = [...forms, ...expressions];
  assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
  for (const pieces of [...Object.values(parts), ...rows.map(({ form }) => form)])
    for (const piece of pieces) assert.ok(piece.length <= 120, `${piece.length} characters: ${piece}`);
});

const room = new URL('../../../src/workspace/secrets/', import.meta.url);
const sources = readdirSync(room).filter((name) => name.endsWith('.ts'));

test('no line of code in the room of secrets has more than 120 characters, and no function 40 lines', () => {
  const long = sources.flatMap((name) => {
    const text = readFileSync(new URL(name, room), 'utf8');
    const functions = text.match(/^(?:export )?(?:async )?function[\s\S]*?^\}/gm) ?? [];
    const lines = text.split('\n').filter((line) => line.length > 120);
    return [...lines, ...functions.filter((each) => each.split('\n').length > 40)].map((each) => `${name}: ${each}`);
  });
  assert.ok(sources.length > 20);
  assert.deepEqual(long, []);
});
