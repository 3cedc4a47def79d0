// From a model's answer to the inserted text, through parse and clean: each habit that is removed, each text that looks
// like the habit and has to stay, and golden cases of each filter.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  applyFilter,
  clean,
  cleanAnswer,
  FILTERS,
  inserted,
  lineIsComplete,
  parseAnswer,
} from '../../../src/prompts/completion/clean.ts';
import { wantsBlock } from '../../../src/text/syntax/blocks.ts';
import { at } from '../../llm/requests.ts';

type Changes = NonNullable<Parameters<typeof at>[1]>;
const block: Changes = { multiline: true };
const markdown: Changes = { languageId: 'markdown', path: 'README.md' };

/** Name, position ('¦' is the cursor), the model's answer, the inserted text. */
const cases: readonly (readonly [string, string, string, string, Changes?])[] = [
  ['tags', 'const a = ¦', '<insert>1;</insert>', '1;'],
  ['tags without their end (a stop sequence)', 'const a = ¦', '<insert>1;', '1;'],
  ['words before the tag', 'const a = ¦', 'Here it is:\n<insert>1;</insert>\nDone.', '1;'],
  ['no tags', 'const a = ¦', '1;', '1;'],
  ['an answer that ends like a tag', 'if (a ¦', '< b <', '< b <'],
  ['line echoed and broken', '  const a = ¦', '  const a =\n    1;', '1;'],
  ['nothing between the tags', 'const a = 1;¦', '<insert></insert>', ''],
  ['the space that is missing', 'return¦', '<insert> this.total;</insert>', ' this.total;'],
  ['fence', 'const a = ¦', '```ts\n1;\n```', '1;'],
  ['fence without a language or an end', 'const a = ¦', '```\n1;', '1;'],
  ['fence around a block', 'f() {\n  ¦\n}', '```js\na();\n  b();\n```', 'a();\n  b();', block],
  [
    'a fence that Markdown asks for',
    'Example:\n\n¦',
    '```ts\nrun();\n```',
    '```ts\nrun();\n```',
    { ...markdown, ...block },
  ],
  ['a fence around Markdown', 'Intro\n¦', '```markdown\nMore.\n```', 'More.', { ...markdown, ...block }],
  ['cursor marker', 'const a = ¦', 'f(<|cursor|>);', 'f();'],
  ['line echoed', '  const total = ¦', '  const total = sum(items);', 'sum(items);'],
  ['line echoed without its indent', '  const total = ¦', 'const total = sum(items);', 'sum(items);'],
  ['line echoed and nothing more', '  return ¦', 'return', ''],
  ['lines above echoed', 'a(1);\nbee(2);\n  cee(¦', 'bee(2);\n  cee(3);', '3);'],
  ['a short line that comes again by right', 'f(¦', 'f(x));', 'f(x));'],
  ['word begun again', 'cons¦', 'console.log(1);', 'ole.log(1);'],
  ['word that merely follows', 'let foo¦', ' = foo;', ' = foo;'],
  ['indent echoed', 'if (x) {\n    ¦\n}', '    return x;', 'return x;'],
  [
    'indent of a block echoed on its first line only',
    'if (x) {\n    ¦\n}',
    '    a();\n    b();',
    'a();\n    b();',
    block,
  ],
  ['indent that is missing', 'if x:\n¦', '    return x', '    return x'],
  ['second space', 'const a = ¦', ' 1;', '1;'],
  ['line break before the line', 'const a = ¦', '\n1;\n', '1;'],
  ['line break before a block on its own line', 'f() {\n  ¦\n}', '\n  a();\n  b();\n', 'a();\n  b();', block],
  ['line break that a block needs', 'f() {¦\n}', '\n  a();\n', '\n  a();', block],
  ['line break where the line is at its end', 'f() {¦\n}', '\n  a();\n', ''],
  ['more lines than asked for', 'const a = ¦', '1;\nconst b = 2;', '1;'],
  ['CRLF', 'f() {\n  ¦\n}', 'a();\r\n  b();\r\n', 'a();\n  b();', block],
  ['rest of the line repeated', 'call(¦);', 'a, b);', 'a, b'],
  ['closing bracket of its own', 'call(¦)', 'now()', 'now()'],
  ['its own bracket and the one after the cursor', 'call(¦)', 'now())', 'now()'],
  ['semicolon repeated', 'const a = ¦;', '1;', '1'],
  ['end that only looks like the rest', 'const a = ¦ + b;', 'c + d', 'c + d'],
  ['start of the rest repeated', 'x = f(¦, first, second)', 'a, first', 'a'],
  ['lines below repeated', 'f() {\n  ¦\n}\n\ng();', 'a();\n}\n\ng();', 'a();', block],
  [
    'inner bracket is not the one below',
    'f() {\n  ¦\n}\n',
    'if (x) {\n    a();\n  }',
    'if (x) {\n    a();\n  }',
    block,
  ],
  ['white space at the end', 'const a = ¦', '1;  \n\n', '1;'],
  ['white space alone', 'const a = ¦', '  \n ', ''],
  ['prose', 'The cart keeps ¦\nits items.', 'a list of', 'a list of', markdown],
];

for (const [name, position, raw, expected, over] of cases) {
  test(`cleaned: ${name}`, () => {
    const request = at(position, over);
    const options = { query: request.query, block: request.multiline, indentUnit: '  ' };
    assert.equal(cleanAnswer(parseAnswer(raw, request), options), expected);
  });
}

test('never shows part of a tag while the answer streams', () => {
  const raw = 'Sure: <insert>a < b</insert>';
  const seen = Array.from({ length: '<insert>a < b</insert>'.length + 1 }, (_, end) =>
    inserted(raw.slice(6, 6 + end), true),
  );
  assert.equal(seen.at(-1), 'a < b');
  for (const text of seen) assert.ok('a < b'.startsWith(text), text);
});

test('a line is complete at its end, not at an empty line, a fence or a repeated line', () => {
  const request = at('one();\nconst a = ¦');
  assert.equal(lineIsComplete('<insert>1;', request), false);
  assert.equal(lineIsComplete('<insert>1;\n', request), true);
  assert.equal(lineIsComplete('<insert>\n', request), false);
  assert.equal(lineIsComplete('```ts\n', request), false);
  assert.equal(lineIsComplete('```ts\n1;\n', request), true);
  assert.equal(lineIsComplete('one();\n', request), false);
  assert.equal(lineIsComplete('one();\nconst a = 1;\n', request), true);
  assert.equal(lineIsComplete('const a =\n', request), false);
});

interface Case {
  readonly name: string;
  readonly language?: string;
  readonly before: string;
  readonly after: string;
  readonly raw: string;
  readonly cleaned: string;
  /** Absent: what the syntax calls for. */
  readonly block?: boolean;
  readonly indentUnit?: string;
}

const folder = join(import.meta.dirname, '../../golden/complete');

function casesOf(name: string): Case[] {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

function optionsOf(item: Case) {
  const query = {
    path: 'a',
    languageId: item.language ?? 'typescript',
    prefix: item.before,
    suffix: item.after,
  };
  const indentUnit = item.indentUnit ?? '  ';
  return { query, indentUnit, block: item.block ?? wantsBlock(query, indentUnit) };
}

for (const filter of FILTERS) {
  for (const item of casesOf(filter.name)) {
    test(`${filter.name}: ${item.name}`, () => {
      assert.equal(applyFilter(filter, item.raw, optionsOf(item), filter.chatOnly === true), item.cleaned);
    });
  }
  test(`${filter.name} has a case that changes and one that does not`, () => {
    const cases = casesOf(filter.name);
    assert.ok(cases.some((c) => c.raw !== c.cleaned) && cases.some((c) => c.raw === c.cleaned));
  });
}

for (const item of casesOf('all')) {
  test(`all: ${item.name}`, () => {
    const options = optionsOf(item);
    const cleaned = clean(item.raw, options);
    assert.equal(cleaned, item.cleaned);
    assert.equal(clean(cleaned, options), cleaned, 'cleaning twice changes nothing');
  });
}

test('every golden file belongs to a filter', () => {
  const known = new Set([...FILTERS.map((f) => f.name), 'all'].map((n) => `${n}.json`));
  const actual = readdirSync(folder).filter((f) => !known.has(f));
  assert.deepEqual(actual, []);
});
