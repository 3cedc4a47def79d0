// The task file: what is right is read, what is wrong is named with what to do, and the editor's schema says the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { ANSWER_LENGTH, LABEL_COUNT, parseTask, SOURCE_FIELDS } from '../../../src/prompts/label/task.ts';

const labels = [
  { name: 'bug', meaning: 'Something is broken.' },
  { name: 'wish', meaning: 'Something is missing.' },
];
const good = {
  instruction: 'Sort the issues.',
  labels,
  source: { kind: 'csv', path: 'data/issues.csv', text: 'title', label: 'kind' },
};
const read = (task: unknown) => parseTask('issues', typeof task === 'string' ? task : JSON.stringify(task));

test('a task is read, with its name from the file', () => {
  const task = read({ $schema: 'x', ...good });
  assert.ok(task.ok);
  assert.deepEqual(task.value, { name: 'issues', ...good });
});

test('what is wrong is named: the field, what it is, and what to do', () => {
  const cases: readonly [unknown, RegExp][] = [
    ['{', /is no JSON.*Mend/],
    [[], /is no object. Write/],
    [{ ...good, instruction: ' ' }, /'instruction' is missing or empty. Write/],
    [{ ...good, labels: labels.slice(1) }, /'labels' needs 2 to 50 labels. Write/],
    [
      { ...good, labels: [...labels, { name: 'Bug', meaning: 'Again.' }] },
      /'labels\[2\].name' is there twice \('Bug'\). Rename/,
    ],
    [{ ...good, labels: [{ name: 'a' }, ...labels] }, /'labels\[0\].meaning' is missing/],
    [{ ...good, source: { kind: 'xml' } }, /'source.kind' is "xml". Use one of: csv, jsonl/],
    [{ ...good, source: undefined }, /'source.kind' is missing/],
    [{ ...good, source: { kind: 'csv', path: 'a.csv' } }, /'source.text' is missing or empty/],
    [
      { ...good, source: { ...good.source, column: 'x' } },
      /'source' has no field 'column'. Remove it, or use one of: kind, path, text, label/,
    ],
    [{ ...good, source: { kind: 'lines', path: '../secret' } }, /leads out of the folder/],
    [{ ...good, source: { kind: 'commits', labelFromType: 'yes' } }, /'source.labelFromType' is no yes or no/],
    [{ ...good, colour: 1 }, /has no field 'colour'/],
  ];
  for (const [task, message] of cases) {
    const result = read(task);
    assert.ok(!result.ok, JSON.stringify(task));
    assert.equal(result.error.code, 'corrupt');
    assert.match(result.error.message, /\.easyadaptation\/tasks\/issues\.json/);
    assert.match(result.error.message, message);
  }
});

test('a task may ask for a text instead of a label', () => {
  const { labels: _, ...rest } = good;
  const read = (task: object) => {
    const parsed = parseTask('notes', JSON.stringify(task));
    return parsed.ok ? parsed.value : parsed.error.message;
  };
  const { instruction, source } = good;
  assert.deepEqual(read({ ...rest, output: 'text' }), { name: 'notes', instruction, source, maximumLength: 200 });
  const functions = { kind: 'functions', glob: 'src/**' };
  assert.deepEqual(read({ ...rest, output: 'text', maximumLength: 80, source: functions }), {
    ...{ name: 'notes', instruction, source: functions, maximumLength: 80 },
  });
  const cases: readonly [object, RegExp][] = [
    [{ ...good, output: 'text' }, /has no field 'labels'/],
    [{ ...good, maximumLength: 80 }, /has no field 'maximumLength'/],
    [{ ...rest, output: 'words' }, /'output' is "words". Write "label" or "text"/],
    [{ ...rest, output: 'text', maximumLength: 5 }, /'maximumLength' is no whole number from 10 to 2000/],
    [
      { ...rest, output: 'text', source: { kind: 'commits', labelFromType: true } },
      /'source.labelFromType' is for labels/,
    ],
  ];
  for (const [task, message] of cases) assert.match(String(read(task)), message);
});

test("the editor's schema knows the same kinds, fields and counts, and is contributed for the same files", () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [row] = manifest.contributes.jsonValidation;
  assert.equal(row.fileMatch, '/.easyadaptation/tasks/*.json');
  const schema = JSON.parse(readFileSync(join(root, row.url), 'utf8'));
  assert.deepEqual([schema.required, schema.else.required], [['instruction', 'source'], ['labels']]);
  const { minimum, default: usual, maximum } = schema.properties.maximumLength;
  assert.deepEqual({ least: minimum, usual, most: maximum }, ANSWER_LENGTH);
  assert.equal(schema.properties.labels.minItems, LABEL_COUNT.least);
  assert.equal(schema.properties.labels.maxItems, LABEL_COUNT.most);
  const rows = schema.properties.source.oneOf.flatMap(
    (variant: { properties: Record<string, { enum?: string[]; type?: string }>; required: string[] }) =>
      (variant.properties.kind?.enum ?? []).map((kind) => {
        const fields = Object.entries(variant.properties).filter(([name]) => name !== 'kind');
        return [
          kind,
          Object.fromEntries(
            fields.map(([name, { type }]) => [
              name,
              (type === 'boolean' ? 'flag' : 'text') + (variant.required.includes(name) ? '' : '?'),
            ]),
          ),
        ];
      }),
  );
  assert.deepEqual(Object.fromEntries(rows), SOURCE_FIELDS);
});
