// The repeated block: near-copies are found, their words replaced, and the copy ends where nothing decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../../src/common/completion.ts';
import { queryOf } from '../../../src/prompts/completion/completion-position.ts';
import { templateAt } from '../../../src/specialist/ngram/template.ts';
import { LineReader, lexemesOf } from '../../../src/text/lexemes.ts';
import { countedOn, partsOf, Renaming } from '../../../src/text/renaming.ts';

/** The continuation at '¦'; '' if there is none. */
function continued(text: string, languageId = 'typescript'): string {
  const at = text.indexOf('¦');
  return found({ path: 'a.ts', languageId, prefix: text.slice(0, at), suffix: text.slice(at + 1) });
}

function found(query: CompletionQuery): string {
  const draft = templateAt(query, new LineReader());
  for (const { probability } of draft?.pieces ?? []) assert.ok(probability > 0 && probability <= 1);
  return (draft?.pieces ?? []).map(({ text }) => text).join('');
}

const handler = (name: string, type: string, upper: string) => `  if (options.${name} === undefined) {
    // abort if a newer ${name} has started
    if (current${type}Version !== ${name}_version) {
      return ${upper}_MISSING;
    }
    set${type}(options.${name});
  }
`;
const user = handler('user', 'User', 'USER');
const order = handler('order', 'Order', 'ORDER');

test('replaces a name in each spelling of it', () => {
  const text = `function load(options) {\n${user}${order}  if (options.ticket ¦`;
  const rest = handler('ticket', 'Ticket', 'TICKET').trimEnd();
  assert.equal(continued(text), rest.slice(rest.indexOf('=== undefined')));
});

test('replaces a name of one word by one of several', () => {
  const text = `function load(options) {\n${user}${order}  if (options.lineItem ¦`;
  const found = continued(text);
  assert.ok(found.includes('if (currentLineItemVersion !== line_item_version) {'), found);
  assert.ok(found.includes('return LINE_ITEM_MISSING;'), found);
});

test('one earlier copy is enough', () => {
  const found = continued(`function load(options) {\n${user}  if (options.ticket ¦`);
  assert.ok(found.startsWith('=== undefined) {\n    // abort if a newer ticket'), found);
});

const rows = [
  'cases = [',
  '    ({"color": "red", "width": 2}, "x1", True),',
  '    ({"color": "green", "width": 2}, "x2", True),',
  '    ({"color": "blue", "width": 2}, "x3", True),',
  '    ({"color": "white", "width": 2}, "x4", True),',
].join('\n');

test('stops before a word that differs between copies, and continues after that word was typed', () => {
  assert.equal(continued(`${rows}\n    (¦`, 'python'), '{"color": "');
  assert.ok(continued(`${rows}\n    ({"color": "black"¦`, 'python').startsWith(', "width": 2}, "'));
});

test('continues a sequence of numbers if their step is the same in all copies', () => {
  assert.ok(continued(`${rows}\n    ({"color": "black"¦`, 'python').includes('"x5", True'));
  assert.equal(countedOn(['1', '2', '3']), '4');
  assert.equal(countedOn(['case10', 'case20']), 'case30');
  assert.equal(countedOn(['08', '09']), '10');
  assert.equal(countedOn(['007', '008']), '009');
  assert.equal(countedOn(['3', '2', '1']), '0');
  for (const texts of [['1', '1'], ['1', '2', '4'], ['a', 'b'], ['1'], ['1', '0', '-1'], ['x1', 'y2']])
    assert.equal(countedOn(texts), undefined);
});

test('ends with the block', () => {
  const text = `function a() {\n  const one = read(1, true);\n  use(one, limit);\n}\n\nfunction other() {}\n\nfunction b() {\n  const two = read(1, true);\n¦`;
  const found = continued(text.replace('\n¦', '\n  ¦'));
  assert.equal(found, 'use(two, limit);');
});

test('does not repeat a line that is below the cursor already', () => {
  const above = 'start(config, server);\nadd(config, one);\ncheck(config, server);\nclose(config, server);\n';
  const text = `${above}\nstart(config, server);\nadd(config, one);\n`;
  assert.ok(continued(`${text}¦`).startsWith('check(config, server);'));
  assert.equal(continued(`${text}¦\nclose(config, server);\n`), 'check(config, server);');
  assert.equal(continued(`${text}¦\ncheck(config, server);\nclose(config, server);\n`), '');
});

test('continues like a copy below the cursor', () => {
  const text = `it('a', () => {\n  const server = start('a');\n  ¦\n});\n\nit('b', () => {\n  const server = start('b');\n  expect(server.ready).toBe(true);\n});\n`;
  assert.equal(continued(text), 'expect(server.ready).toBe(true);');
});

test('keeps tabs, and the depth of the copy', () => {
  const block = (tabs: string, name: string) =>
    `${tabs}${name}, err := open(path, limit)\n${tabs}if err != nil {\n${tabs}\tt.Fatalf("no file: %v", err)\n${tabs}}\n`;
  const begun = '\t\tsecond, err := open(path, limit)\n\t\tif err != nil {\n\t\t\t';
  const found = continued(`func a() {\n${block('\t', 'first')}}\n\nfunc b() {\n\tfor {\n${begun}¦`, 'go');
  assert.equal(found, 't.Fatalf("no file: %v", err)');
});

test('a document with CRLF line ends is read as one with LF', () => {
  const text = `function load(options) {\n${user}${order}  if (options.ticket `;
  const windows = text.replaceAll('\n', '\r\n');
  const query = queryOf(windows, windows.length, 'a.ts', 'typescript');
  assert.equal(found(query), continued(`${text}¦`));
  assert.notEqual(found(query), '');
});

test('lines of data and empty documents have no copies', () => {
  const data = `const data = [${'1, '.repeat(50_000)}];`;
  assert.equal(continued(`${data}\n${data.slice(0, 100)}¦`), '');
  assert.equal(continued('¦'), '');
  assert.equal(continued('\n\n\n¦\n\n'), '');
});

test('names in any script are replaced, and surrogate pairs stay whole', () => {
  const block = (name: string) => `  lies("größe", ${name}, "😀");\n  prüfe(${name}.länge, "größe");\n`;
  const text = `function a() {\n${block('straße')}}\nfunction b() {\n  lies("größe", 道路, "😀");\n  ¦`;
  assert.equal(continued(text), 'prüfe(道路.länge, "größe");');
  const parts = lexemesOf('"😀" a').map(({ text: each }) => each);
  assert.deepEqual(parts, ['"', '😀', '"', 'a']);
});

test('a word that is typed in part is completed if the copies know it, and never guessed if not', () => {
  const text = `function load(options) {\n${user}${order}  if (options.ticket === undef¦`;
  assert.ok(continued(text).startsWith('ined) {\n'));
  assert.equal(continued(`function load(options) {\n${user}${order}  if (options.tick¦`), '');
});

test('each string of another shape is one hole', () => {
  const test = (name: string) =>
    `  it('${name}', () => {\n    const model = build(defaults);\n    assert.ok(model);\n  });\n`;
  const text = `${test('one')}${test('a longer name')}  it('has five words, or six', ¦`;
  assert.ok(continued(text).startsWith('() => {\n    const model = build(defaults);'), continued(text));
});

test('a renaming learns words and their parts', () => {
  const renaming = new Renaming();
  renaming.learn('userName', 'orderName');
  assert.deepEqual(renaming.apply('userName'), { text: 'orderName', origin: 'mapped' });
  assert.deepEqual(renaming.apply('getUsers'), { text: 'getOrders', origin: 'part' });
  assert.deepEqual(renaming.apply('MAX_USER_AGE'), { text: 'MAX_ORDER_AGE', origin: 'part' });
  assert.deepEqual(renaming.apply('superuser'), { text: 'superuser', origin: 'unseen' });
  renaming.learn('age', 'age');
  assert.equal(renaming.apply('age').origin, 'same');
  assert.equal(renaming.conflicts, 0);
  renaming.learn('userName', 'other');
  assert.equal(renaming.conflicts, 1);
  assert.deepEqual(partsOf('parseHTMLPage2'), ['parse', 'HTML', 'Page', '2']);
});
