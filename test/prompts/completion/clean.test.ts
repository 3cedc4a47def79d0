// Golden cases of the post-processing: each filter alone, and the whole table in order.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyFilter, clean, FILTERS } from '../../../src/prompts/completion/clean.ts';
import { wantsBlock } from '../../../src/text/syntax/blocks.ts';

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
  assert.deepEqual(
    readdirSync(folder).filter((f) => !known.has(f)),
    [],
  );
});
