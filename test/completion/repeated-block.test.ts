// A block that is typed again, through the real service and the n-gram model. Several lines are suggested at once, and
// the rest after an accept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { draftBySyntax } from '../../src/text/syntax/parsing.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { tokenizer } from '../specialist/ngram/project.ts';
import { Harness, query } from './harness.ts';

const block = (name: string) => `  if (options.${name} !== undefined) {
    const version = versions.${name};
    if (version !== state.version) {
      return state.version;
    }
    state.apply(options);
  }
`;
const above = `export function load(options: Options): void {\n${block('user')}${block('order')}`;
const own = block('ticket');
const typed = '  if (options.ticket !== undefined) {\n    ';

function service() {
  const model = NgramModel.build([], tokenizer);
  const specialist = new ScriptedSpecialist((at, options) =>
    draftBySyntax(at, options, (asked) => model.complete(at, asked)),
  );
  const settings = { balance: 0, apiAllowed: false, threshold: 0.5 };
  return { specialist, service: new Harness({ specialist, llm: undefined, settings }).service };
}

const complete = (at: ReturnType<typeof service>, prefix: string) =>
  at.service.complete({ query: query(prefix), trigger: 'automatic', indentUnit: '  ' }, new AbortController().signal);

const further = `${typed}const version = versions.`;

test('three lines of the third copy are suggested at once, with the name of that copy', async () => {
  const shown = await complete(service(), above + further);
  assert.ok(shown);
  assert.ok(own.slice(further.length).startsWith(shown.text), shown.text);
  assert.ok(shown.text.split('\n').length >= 3, shown.text);
});

test('after an accept the rest of the copy is suggested without another draft', async () => {
  const at = service();
  let prefix = above + typed;
  const shown = await complete(at, prefix);
  assert.ok(shown);
  const drafts = at.specialist.queries.length;
  prefix += shown.text;
  at.service.accepted(shown.id);
  const next = await complete(at, prefix);
  assert.ok(next);
  assert.ok(own.slice(prefix.length - above.length).startsWith(next.text), next.text);
  assert.ok(next.text.includes('ticket'), next.text);
  // One more draft prefetches the suggestion after this one.
  assert.ok(at.specialist.queries.length <= drafts + 1);
});
