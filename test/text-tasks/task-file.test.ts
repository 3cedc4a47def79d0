// The task file: a valid file is read, an error names the field and the remedy, and the editor's schema has the same
// rules.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { parseTask, TASK_FILES } from '../../src/text-tasks/task-file.ts';

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

test('a valid task is read, and its name is the file name', () => {
  const task = read({ $schema: 'x', ...good });
  assert.ok(task.ok);
  assert.deepEqual(task.value, { name: 'issues', ...good });
});

test('an error names the field, its value, and what to do', () => {
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
    [{ ...good, source: { kind: 'xml' } }, /'source.kind' is 'xml'. Use one of: csv, jsonl/],
    [{ ...good, source: undefined }, /'source.kind' is missing/],
    [{ ...good, source: { kind: 'csv', path: 'a.csv' } }, /'source.text' is missing or empty/],
    [
      { ...good, source: { ...good.source, column: 'x' } },
      /'source' has no field 'column'. Remove it, or use one of: kind, path, text, label/,
    ],
    [{ ...good, source: { kind: 'lines', path: '../secret' } }, /leads out of the folder/],
    [{ ...good, source: { kind: 'commits', labelFromType: 'yes' } }, /'source.labelFromType' is no yes or no/],
    [{ ...good, colour: 1 }, /has no field 'colour'/],
    [{ ...good, instruction: 'x'.repeat(4001) }, /'instruction' has 4001 characters, 4000 at most. Shorten it/],
    [{ ...good, labels: ['bug', 'wish'] }, /'labels\[0\]' is no object. Write { "name": ..., "meaning": ... }/],
  ];
  for (const [task, message] of cases) {
    const result = read(task);
    assert.ok(!result.ok, JSON.stringify(task));
    assert.equal(result.error.code, 'corrupt');
    assert.match(result.error.message, /\.easyadaptation\/tasks\/issues\.json/);
    assert.match(result.error.message, message);
  }
});

test('an error quotes the beginning of a value of a megabyte', () => {
  const long = 'x'.repeat(1e6);
  for (const task of [
    { ...good, [long]: 1 },
    { ...good, output: long },
    { ...good, output: { [long]: [long] } },
    { ...good, source: { kind: long } },
    { ...good, source: { kind: { [long]: 1 } } },
    { ...good, source: { ...good.source, [long]: 1 } },
    { ...good, source: { ...good.source, path: `../${'x'.repeat(900)}` } },
    `{"instruction": ${long}}`,
  ]) {
    const result = read(task);
    assert.ok(!result.ok);
    assert.ok(result.error.message.length < 500, result.error.message.slice(0, 200));
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
    [{ ...rest, output: 'words' }, /'output' is 'words'. Write "label" or "text"/],
    [{ ...rest, output: 'text', maximumLength: 5 }, /'maximumLength' is no whole number from 10 to 2000/],
    [
      { ...rest, output: 'text', source: { kind: 'commits', labelFromType: true } },
      /'source.labelFromType' is for labels/,
    ],
  ];
  for (const [task, message] of cases) assert.match(String(read(task)), message);
});

// biome-ignore lint/suspicious/noExplicitAny: schemas of two kinds, read by their public fields.
type Schema = any;

const isOptional = ({ type }: Schema) => ['optional', 'exact_optional', 'nullish'].includes(type);
/** The schema and its actions, without the enclosing pipes. */
const flat = (schema: Schema): Schema[] =>
  schema.pipe ? schema.pipe.flatMap((each: Schema) => (each === schema ? [] : flat(each))) : [schema];

/** A field as valibot checks it: its type or values, its limits, its default. */
function checked(field: Schema) {
  const { wrapped = field, default: usual } = field;
  const actions = flat(wrapped);
  const limit = (...names: string[]) => actions.find(({ type }) => names.includes(type))?.requirement;
  const [{ type, literal, options = literal && [literal] }] = actions;
  const isInteger = actions.some((action) => action.type === 'integer');
  return {
    ...{ type: options || type === 'unknown' ? undefined : isInteger ? 'integer' : type, options, usual },
    // This pattern means text that is not blank.
    least: actions.some((action) => action.type === 'regex') ? 1 : limit('min_length', 'min_value'),
    most: limit('max_length', 'max_value'),
  };
}

/** The same as the editor's JSON schema says it. */
function declared({ type, enum: options, default: usual, ...limits }: Schema) {
  return {
    ...{ type, options, usual },
    least: limits.minLength ?? limits.minItems ?? limits.minimum,
    most: limits.maxLength ?? limits.maxItems ?? limits.maximum,
  };
}

const each = (fields: Schema, of: (field: Schema) => object) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, of(field)]));
const required = (entries: Schema) => Object.keys(entries).filter((name) => !isOptional(entries[name]));

test('the JSON schema of the editor has the fields, limits and defaults of the schema that reads the file', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [row] = manifest.contributes.jsonValidation;
  assert.equal(row.fileMatch, '/.easyadaptation/tasks/*.json');
  const json = JSON.parse(readFileSync(join(root, row.url), 'utf8'));
  const { label, text } = TASK_FILES;

  const { source, $schema: _, output, ...fields } = json.properties;
  const { source: sources, $schema: __, output: ___, ...own } = { ...text.entries, ...label.entries };
  assert.deepEqual(each(fields, declared), each(own, checked));
  assert.deepEqual([output.enum, output.default], [Object.keys(TASK_FILES), 'label']);
  assert.deepEqual([...json.required, ...json.else.required].sort(), required(label.entries).sort());
  assert.deepEqual([json.then.properties, json.else.properties], [{ labels: false }, { maximumLength: false }]);
  assert.deepEqual([...json.required, 'output'].sort(), required(text.entries).sort());

  const { items } = json.properties.labels;
  const [list] = flat(own.labels);
  assert.deepEqual(each(items.properties, declared), each(list.item.entries, checked));
  assert.deepEqual(items.required, required(list.item.entries));

  const kinds = new Map<string, Schema>();
  for (const { entries } of sources.options) {
    const { kind, ...others } = entries as Schema;
    for (const name of checked(kind).options) kinds.set(name, others);
  }
  const declaredKinds = source.oneOf.flatMap((option: Schema) =>
    option.properties.kind.enum.map((kind: string) => ({ kind, option })),
  );
  const actual = declaredKinds.map(({ kind }: Schema) => kind);
  assert.deepEqual(actual, [...kinds.keys()]);
  for (const { kind, option } of declaredKinds) {
    const { kind: ____, ...properties } = option.properties;
    assert.deepEqual(each(properties, declared), each(kinds.get(kind), checked), kind);
    assert.deepEqual(option.required, ['kind', ...required(kinds.get(kind))], kind);
    assert.equal(option.additionalProperties, false);
  }
  assert.ok(!json.additionalProperties && !items.additionalProperties);
});

test("the task's file that docs/text-tasks.md shows has ten lines and is read", () => {
  const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/text-tasks.md'), 'utf8')) ?? [];
  assert.ok(shown.trimEnd().split('\n').length <= 10, shown);
  const task = unwrap(parseTask('tickets', shown));
  assert.ok('labels' in task && task.labels[0]?.aliases?.includes('bugg'));
});
