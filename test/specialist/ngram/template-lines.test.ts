// A template's lines beside those of the search: as tokens with probabilities, in a draft or behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../../src/common/completion.ts';
import { at, build, line } from './project.ts';

const model = build([]);
const block = (name: string, type: string) => `  if (options.${name} !== undefined) {
    log.debug('a newer ${name} has started', current${type}Version);
    set${type}(options.${name}, ${name}Version);
  }
`;
const above = `export function load(options: Options): void {\n${block('user', 'User')}${block('order', 'Order')}`;

function drafted(text: string, options = line): Draft {
  return model.complete(at(text), options);
}

test('the tokens make up the text of the line and of the lines after it', () => {
  for (const typed of [
    '  if (options.ticket ',
    '  if (options.ticket !== undef',
    '  if (options.ticket !== undefined)',
  ]) {
    const draft = drafted(`${above}${typed}¦`);
    assert.equal(draft.tokens.map(({ text }) => text).join(''), draft.text);
    assert.equal(draft.continuation?.tokens.map(({ text }) => text).join(''), draft.continuation?.text);
    assert.ok(
      draft.continuation?.text.includes("log.debug('a newer ticket has started', currentTicketVersion);"),
      draft.continuation?.text,
    );
    for (const { probability, margin } of [...draft.tokens, ...(draft.continuation?.tokens ?? [])])
      assert.ok(probability > 0 && probability <= 1 && margin <= probability);
    assert.ok((draft.confidence ?? 0) > 0.2 && (draft.confidence ?? 0) <= 1);
  }
});

test('if a block is wanted, the draft itself contains the further lines', () => {
  const two = (name: string) => `  if (${name} === null) {\n    report(${name}, true);\n    return ${name};\n  }\n`;
  const typed = `function a() {\n${two('user')}${two('order')}${two('item')}  if (ticket === null) {\n    ¦`;
  const draft = drafted(typed, { multiline: true, maxTokens: 160 });
  assert.ok(draft.text.startsWith('report(ticket, true);\n    return'), draft.text);
});

test('before the rest of the line only the line is drafted, without that rest', () => {
  const draft = drafted(`${above}  if (options.ticket ¦) {\n`);
  assert.equal(draft.text, '!== undefined');
  assert.equal(draft.continuation, undefined);
});

test('an option leaves further lines out', () => {
  const typed = `${above}  if (options.ticket !== undefined) {\n    ¦`;
  assert.ok(drafted(typed).text.includes('currentTicketVersion'));
  assert.equal(drafted(typed, { ...line, linesBelow: 'never' }).continuation, undefined);
});

test('a word that the copies do not agree on is not certain, before or after a typed bracket', () => {
  const copies = ['User', 'Order', 'User', 'Other', 'User']
    .map((name) => `  load(read${name}, strictly);\n\n`)
    .join('');
  for (const typed of ['load', 'load(']) {
    const { text, tokens } = drafted(`${copies}  ${typed}¦`);
    const end = text.indexOf(',');
    let length = 0;
    let probability = 1;
    for (const token of tokens) {
      if (length < end) probability *= token.probability;
      length += token.text.length;
    }
    assert.ok(probability > 0.1 && probability < 0.9, `${typed}: ${probability}`);
  }
});
