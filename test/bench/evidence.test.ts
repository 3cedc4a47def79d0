// The evidence benchmark: no reader sees hidden text before it has answered, and the figures of answered arms.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAnswers } from '../../bench/evidence/answers.ts';
import { armFigures, type JudgedItem } from '../../bench/evidence/arms.ts';
import { askSet, largeModel } from '../../bench/evidence/ask.ts';
import { groupsOf, type Item, readersOf } from '../../bench/evidence/write-prompts.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const items: Item[] = ['a.ts', 'b.ts', 'c.ts'].flatMap((document) =>
  [9000, 0, 100, 4000, 4100].map((offset) => ({ id: `${document}:${offset}`, document, offset })),
);

test('cursors of a file that show each other’s hidden line go to different readers', () => {
  const readers = readersOf(items, { perReader: 8, reach: 2500 });
  assert.deepEqual(
    readers
      .flat()
      .map(({ id }) => id)
      .sort(),
    items.map(({ id }) => id).sort(),
  );
  for (const reader of readers)
    for (const [i, { document, offset }] of reader.entries())
      for (const later of reader.slice(i + 1).filter((each) => each.document === document))
        assert.ok(later.offset > offset + 2500, `${document} ${offset} and ${later.offset}`);
});

test('a group is small, holds a file once, and goes upwards in each file', () => {
  const own = items.filter(({ offset }) => offset % 4000 === 0 || offset === 9000).sort((a, b) => a.offset - b.offset);
  const groups = groupsOf(own, () => 10, { items: 3, characters: 25 });
  const holds = groups.every((group) => group.length <= 2);
  assert.ok(holds, 'by characters');
  assert.ok(groups.every((group) => new Set(group.map(({ document }) => document)).size === group.length));
  for (const document of ['a.ts', 'b.ts', 'c.ts']) {
    const order = groups.flat().filter((item) => item.document === document);
    const expected = order.toSorted((a, b) => a.offset - b.offset);
    assert.deepEqual(order, expected);
    assert.equal(order.length, 3);
  }
  const actual = groupsOf(items.slice(0, 1), () => 99, { items: 3, characters: 25 }).length;
  assert.deepEqual(actual, 1, 'a long item is alone');
});

const judged: JudgedItem[] = Array.from({ length: 20 }, (_, i) => ({
  document: `${i % 5}.ts`,
  estimate: 1 - i / 20,
  localRight: i < 5,
  right: { bare: i % 2 === 0, informed: i % 2 === 0 || i % 5 === 1 },
  memory: i === 0,
}));

test('arms stand side by side with won and lost items, and the surest items are answered locally', () => {
  const figures = armFigures(judged, ['bare', 'informed']);
  assert.equal(figures.bare, 0.5);
  assert.equal(figures.informed, 0.6);
  const gain = figures['informed-over-bare'] as Record<string, number>;
  assert.deepEqual([gain.value?.toFixed(2), gain.won, gain.lost], ['0.10', 2, 0]);
  assert.ok((gain.low ?? 1) <= 0.1 && (gain.high ?? 0) >= 0.1);
  assert.equal(figures['pair-at-100'], 0.6);
  assert.equal((figures['pair-with-bare'] as Record<string, number>)['pair-at-100'], 0.5);
  // Of the six surest five are right locally, of the other fourteen the large model has eight.
  assert.equal(figures['pair-at-70'], 13 / 20);
  assert.equal((figures['without-memory'] as Record<string, number>).items, 19);
});

test('the first answer to an item counts, and a foreign or broken answer is an error that names its file', () => {
  const folder = temporaryFolder();
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  assert.throws(() => readAnswers(folder), /write the prompts first/);
  const item = {
    id: 'x1',
    document: 'a',
    offset: 0,
    estimate: 0.5,
    localRight: true,
    characters: { bare: 9, informed: 9 },
  };
  write('set/items.jsonl', `${JSON.stringify(item)}\n`);
  write('set/bare/reader-1/answers.jsonl', '{"id":"x1","answer":"one"}\n{"id":"x1","answer":"two"}\n');
  const [set] = readAnswers(folder);
  assert.deepEqual([...(set?.arms.keys() ?? [])], ['bare']);
  assert.equal(set?.arms.get('bare')?.get('x1')?.answer, 'one');
  write('set/informed/answers.jsonl', '{"id":"x2","answer":"one"}\n');
  assert.throws(() => readAnswers(folder), /answers\.jsonl answers x2, which is no item of set/);
  write('set/informed/answers.jsonl', '{"id":"x1"');
  assert.throws(() => readAnswers(folder), /answers\.jsonl:1 is no JSON/);
});

test('a server is asked once for each prompt, and each answer is on disk although a later one fails', async (t) => {
  const folder = temporaryFolder();
  const server = await MessagesServer.start();
  t.after(() => server.close());
  process.env.ANTHROPIC_API_KEY = 'sk-ant-loopback';
  const llm = largeModel('anthropic/', server.url);
  const prompts = { bare: { system: 'Complete.', user: 'const a = ' } };
  const items = ['one', 'two', 'three'].map((id) => ({
    ...{ id, document: id, offset: 0, estimate: 0.5, localRight: false, prompts },
  }));
  server.answerTexts(() => '1;');
  await askSet({ name: 'set', items: items.slice(0, 2) }, folder, llm);
  server.fail('unauthorized');
  await assert.rejects(askSet({ name: 'set', items }, folder, llm), /asked\.jsonl; start again to go on/);
  server.reset();
  const before = server.requests.length;
  await askSet({ name: 'set', items }, folder, llm);
  assert.equal(server.requests.length, before + 1);
  const lines = readFileSync(join(folder, 'set/bare/asked.jsonl'), 'utf8').trim().split('\n');
  const actual = lines.map((line) => JSON.parse(line).answer);
  assert.deepEqual(actual, ['1;', '1;', '1;']);
});
